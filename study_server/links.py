"""The addresses people are given."""


def participant_path(study_id: str) -> str:
    """Path of the page where a participant begins."""
    return f"/s/{study_id}/"


def personal_path(study_id: str, token: str) -> str:
    """Path of a personal link."""
    return f"{participant_path(study_id)}?link={token}"


def session_path(study_id: str, session_id: str) -> str:
    """Path of a researcher's page, at the line of one session."""
    return f"/admin/studies/{study_id}/sessions#s-{session_id[:8]}"
