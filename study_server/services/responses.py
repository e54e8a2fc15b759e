"""Storing answers so that none is lost and none counts twice. No Flask."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from study_server.errors import ResponseRefusedError, TrialNotFoundError
from study_server.models import (
    Response,
    ResponseConflict,
    StudySession,
    Trial,
    TrialKind,
)
from study_server.services.progress import count_responses, update_stage


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """One answer as the browser measured it; see the export format for the fields."""

    response_id: str
    trial_id: str
    choice: str
    confidence: int
    rt_ms: float
    panel_onset_ms: float | None
    onset_ms: float
    response_ms: float
    frame_interval_ms: float | None
    onset_method: str
    input_modality: str
    hidden_ms: float
    n_onsets: int
    viewport_width_px: int | None
    viewport_height_px: int | None
    device_pixel_ratio: float | None


def record_response(
    db: Session, session: StudySession, submission: Submission, *, received_at: datetime
) -> dict[str, object]:
    """Store the answer to one trial. The first answer stands.

    The same response again gets the first acknowledgement again. Another answer to the
    same trial is kept as a conflict, and its acknowledgement says so. What is not
    stored is never acknowledged: a response_id that comes back with other content is
    refused.

    Args:
        db: open write transaction (BEGIN IMMEDIATE), so look-up and insert are one;
            the acknowledgement may leave only after its commit.

    Returns:
        The acknowledgement.

    Raises:
        TrialNotFoundError: the session has no such trial, or the id is another's.
        ResponseRefusedError: the trial was not shown yet, or the response_id belongs
            to another answer.
    """
    if (earlier := _find_acknowledgement(db, session, submission)) is not None:
        return earlier
    trial = db.get(Trial, submission.trial_id)
    if trial is None or trial.session_id != session.session_id:
        raise TrialNotFoundError(f"this session has no trial {submission.trial_id!r}")
    if trial.first_served_at is None:
        raise ResponseRefusedError("this trial has not been shown yet")
    session.last_seen_at = received_at
    stored = db.scalars(select(Response).where(Response.trial_id == trial.trial_id))
    if stored.one_or_none() is not None:
        return _store_conflict(db, session, submission, received_at)
    return _store_response(db, session, trial, submission, received_at)


def _find_acknowledgement(
    db: Session, session: StudySession, submission: Submission
) -> dict[str, object] | None:
    row = db.get(Response, submission.response_id) or db.get(
        ResponseConflict, submission.response_id
    )
    if row is None:
        return None
    if db.get_one(Trial, row.trial_id).session_id != session.session_id:
        raise TrialNotFoundError(f"no response {submission.response_id!r} here")
    if _content(row) != asdict(submission):
        raise ResponseRefusedError(
            f"response_id {submission.response_id!r} belongs to another answer; "
            "a new answer needs a new id"
        )
    return row.acknowledgement


def _content(row: Response | ResponseConflict) -> dict[str, Any]:
    """What was submitted, from the row it is stored in."""
    if isinstance(row, ResponseConflict):
        return row.payload
    return {field.name: getattr(row, field.name) for field in fields(Submission)}


def _store_response(
    db: Session,
    session: StudySession,
    trial: Trial,
    submission: Submission,
    received_at: datetime,
) -> dict[str, object]:
    is_correct = submission.choice == trial.correct_option
    response = Response(
        **asdict(submission),
        is_correct=is_correct,
        received_at=received_at,
        is_late=is_late(session, received_at),
        acknowledgement={},
    )
    db.add(response)
    db.flush()
    acknowledgement = _acknowledgement(db, session, submission, received_at)
    if trial.trial_kind == TrialKind.PRACTICE:
        acknowledgement["feedback"] = {
            "is_correct": is_correct,
            "correct_option": trial.correct_option,
        }
    response.acknowledgement = acknowledgement
    update_stage(db, session, now=received_at)
    db.flush()
    return acknowledgement


def is_late(session: StudySession, received_at: datetime) -> bool:
    """Whether an answer comes after its session's place was or could be given away."""
    has_place = session.holds_slot or session.is_preview
    return received_at > session.lease_expires_at or not has_place


def _store_conflict(
    db: Session, session: StudySession, submission: Submission, received_at: datetime
) -> dict[str, object]:
    acknowledgement = _acknowledgement(db, session, submission, received_at)
    acknowledgement["is_conflict"] = True
    db.add(
        ResponseConflict(
            response_id=submission.response_id,
            trial_id=submission.trial_id,
            payload=asdict(submission),
            received_at=received_at,
            acknowledgement=acknowledgement,
        )
    )
    db.flush()
    return acknowledgement


def _acknowledgement(
    db: Session, session: StudySession, submission: Submission, received_at: datetime
) -> dict[str, Any]:
    return {
        "response_id": submission.response_id,
        "received_at": received_at.isoformat(timespec="milliseconds").replace(
            "+00:00", "Z"
        ),
        "n_stored": count_responses(db, session),
        "is_conflict": False,
    }
