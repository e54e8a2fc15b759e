"""Stopping, with one's answers kept or erased. No Flask."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from study_server.models import (
    Answer,
    ComprehensionAttempt,
    Outcome,
    OutcomeReason,
    PageVisit,
    PlatformIdentity,
    ResponseRejected,
    StudySession,
    Trial,
)
from study_server.services.endings import end

ERASED_TABLES = (
    Trial,
    PageVisit,
    ComprehensionAttempt,
    Answer,
    PlatformIdentity,
    ResponseRejected,
)
"""Their rows of the session go; answers and image places go with their trials."""

ERASED_FACTS = (
    "instructions_ms",
    "main_started_at",
    "checked_at",
    "window_width_px",
    "window_height_px",
    "is_small_at_check",
    "has_outbox",
    "chain_digest",
)
"""Columns of the session that are emptied."""


def withdraw(
    db: Session, session: StudySession, *, is_erasing: bool, withdrawn_at: datetime
) -> None:
    """End a session at the participant's wish and free its slot.

    Erasing removes the plan and all that was answered or measured. What stays is that
    someone withdrew, so that the flow of participants adds up.
    """
    reason = OutcomeReason.ERASE if is_erasing else OutcomeReason.KEEP
    end(session, Outcome.WITHDRAWN, reason, ended_at=withdrawn_at)
    if not is_erasing:
        return
    for fact in ERASED_FACTS:
        setattr(session, fact, None)
    session.n_stored = 0
    for table in ERASED_TABLES:
        db.execute(delete(table).where(table.session_id == session.session_id))
