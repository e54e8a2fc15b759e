"""Stopping, with one's answers kept or erased. No Flask."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from study_server.models import Outcome, StudySession, Trial


def withdraw(
    db: Session, session: StudySession, *, is_erasing: bool, withdrawn_at: datetime
) -> None:
    """End a session at the participant's wish and free its slot.

    Erasing removes the plan and all answers. What stays is that someone withdrew, so
    that the flow of participants adds up.
    """
    session.outcome = Outcome.WITHDRAWN
    session.holds_slot = False
    session.last_seen_at = withdrawn_at
    if not is_erasing:
        return
    session.difficulty = session.strategy = session.data_use = None
    session.instructions_ms = None
    # Answers and image places go with their trials (ON DELETE CASCADE).
    db.execute(delete(Trial).where(Trial.session_id == session.session_id))
