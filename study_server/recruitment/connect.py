"""CloudResearch Connect: its links and its way back. Pure.

The names of parameters and columns are those that studies in the field use; the
vendor's own pages do not list them, so both can be set otherwise.

Source: connect-researcher-help.cloudresearch.com, Project Completion.
"""

from study_server.recruitment.platform import Platform

CONNECT = Platform(
    title="CloudResearch Connect",
    parameters={
        "participant_id": ("participantId",),
        "submission_id": ("assignmentId",),
        "study_ref": ("projectId",),
    },
    pays_by_return=True,  # the redirect itself hands the completion code in
    home_url="https://connect.cloudresearch.com/",
    effects={"returned": "returned", "expired": "timed_out", "rejected": "rejected"},
    complete_states=("completed", "complete", "submitted", "approved", "pending"),
    columns={
        "participant_id": ("participant id",),
        "submission_id": ("assignment id",),
        "status": ("status",),
        "code": ("completion code", "code", "secret code"),
    },
)
