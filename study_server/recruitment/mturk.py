"""Amazon Mechanical Turk: its links, previews and files. Pure.

Our pages stand in no frame, so a HIT opens them in a new tab. A participant comes back
with a survey code, or by a link to `externalSubmit`.

Source: docs.aws.amazon.com/AWSMechTurk, ExternalQuestion.
"""

from urllib.parse import urlencode, urlsplit

from study_server.recruitment.platform import Platform

NOT_ACCEPTED = "ASSIGNMENT_ID_NOT_AVAILABLE"
SUBMIT_PATH = "/mturk/externalSubmit"
SUBMIT_HOSTS = ("www.mturk.com", "workersandbox.mturk.com")
"""Where `turkSubmitTo` may lead; anything else was put there by somebody else."""
SUBMIT_TO = "turksubmitto"

MTURK = Platform(
    title="Mechanical Turk",
    parameters={
        "participant_id": ("workerId",),
        # An assignment can be returned and come again with another worker.
        "submission_id": ("assignmentId",),
        "study_ref": ("hitId",),
    },
    previews=(NOT_ACCEPTED,),
    home_url="https://worker.mturk.com/",
    effects={"returned": "returned", "abandoned": "timed_out", "rejected": "rejected"},
    complete_states=("submitted", "approved"),
    no_code=("", "{}"),
    columns={
        "participant_id": ("worker id",),
        "submission_id": ("assignment id",),
        "status": ("assignment status",),
        "code": ("answer.surveycode", "answer.survey_code", "answer.code"),
    },
)


def submit_url(others: dict[str, str], *, assignment_id: str, code: str) -> str | None:
    """The link that hands a HIT in; None if the link did not bring its address.

    Args:
        others: parameters of the link, names in small letters.
    """
    address = urlsplit(others.get(SUBMIT_TO, ""))
    if address.scheme != "https" or address.netloc not in SUBMIT_HOSTS:
        return None
    query = urlencode({"assignmentId": assignment_id, "surveycode": code})
    return f"https://{address.netloc}{SUBMIT_PATH}?{query}"
