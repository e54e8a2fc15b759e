"""Any other service, and links of our own. Pure."""

from study_server.recruitment.platform import Platform

OPEN = Platform(title="open link", parameters={})
"""Whoever has the link; nobody is told apart."""

GENERIC = Platform(
    title="generic",
    parameters={},
    effects={
        "returned": "returned",
        "timed out": "timed_out",
        "rejected": "rejected",
    },
    complete_states=("completed", "complete", "submitted", "approved"),
    columns={
        "participant_id": ("participant id", "participant label", "id"),
        "submission_id": ("submission id", "session id", "assignment id"),
        "status": ("status",),
        "code": ("completion code", "survey code", "code"),
    },
)
