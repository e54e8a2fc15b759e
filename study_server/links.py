"""The addresses people are given."""


def participant_path(study_id: str) -> str:
    """Path of the page where a participant begins."""
    return f"/s/{study_id}/"
