"""Submissions as Prolific's API tells them, as rows to reconcile. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from study_server.recruitment.platform_csv import PlatformRow

CODE_NAMES = ("study_code", "completion_code", "entered_code")
"""What the code that a participant gave has been called in answers of the API."""


def submission_rows(submissions: Iterable[Mapping[str, Any]]) -> list[PlatformRow]:
    """One row for each submission, numbered from 1."""
    return [
        PlatformRow(
            line=number,
            participant_id=_text(each, "participant_id", "participant"),
            submission_id=_text(each, "id"),
            status=_text(each, "status"),
            code=_text(each, *CODE_NAMES),
        )
        for number, each in enumerate(submissions, start=1)
    ]


def _text(submission: Mapping[str, Any], *names: str) -> str:
    found = (submission.get(name) for name in names)
    return next((str(value).strip() for value in found if value), "")
