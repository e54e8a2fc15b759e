"""Prolific: its links, states and files. Pure.

Source: docs.prolific.com, API reference (studies, submissions, webhooks).
"""

from study_server.recruitment.platform import Platform

PROLIFIC = Platform(
    title="Prolific",
    parameters={
        "participant_id": ("PROLIFIC_PID",),
        "submission_id": ("SESSION_ID",),
        "study_ref": ("STUDY_ID",),
    },
    link_suffix=(
        "?PROLIFIC_PID={{%PROLIFIC_PID%}}&STUDY_ID={{%STUDY_ID%}}"
        "&SESSION_ID={{%SESSION_ID%}}"
    ),
    return_url="https://app.prolific.com/submissions/complete?cc={code}",
    knows_codes=True,
    home_url="https://app.prolific.com/",
    max_minutes=24 * 60,
    effects={
        "returned": "returned",
        "timed out": "timed_out",
        "rejected": "rejected",
    },
    complete_states=(
        "awaiting review",
        "approved",
        "partially approved",
        "screened out",
    ),
    no_code=("", "nocode"),
    columns={
        "participant_id": ("participant id",),
        "submission_id": ("submission id", "session id", "id"),
        "status": ("status",),
        "code": ("completion code", "entered code", "study code"),
    },
)
