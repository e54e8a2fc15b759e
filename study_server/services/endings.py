"""How a session ends before its last page, and what that frees. No Flask."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from study_server.design.definition import StudyDefinition
from study_server.models import FreedBy, Outcome, OutcomeReason, StudySession
from study_server.services.leases import free_slot

MAY_STILL_FINISH = (
    OutcomeReason.LEASE,
    OutcomeReason.RETURNED,
    OutcomeReason.PLATFORM,
)
"""Ends by which only the slot was lost: what comes after all is a surplus."""


def is_over(session: StudySession) -> bool:
    """Whether the session cannot go on.

    One that lost its slot, by its lease or by the platform, may still finish, as a
    surplus; one that was left for too long may not.
    """
    has_ended = session.outcome is not None
    return has_ended and session.outcome_reason not in MAY_STILL_FINISH


def end(
    session: StudySession,
    outcome: Outcome,
    reason: OutcomeReason | None = None,
    *,
    ended_at: datetime,
) -> None:
    """End a session and free its slot at once; what is stored stays stored."""
    session.outcome = outcome
    session.outcome_reason = reason
    session.last_seen_at = ended_at
    free_slot(session, FreedBy.ENDING, freed_at=ended_at)


def note_absence(
    db: Session,
    session: StudySession,
    definition: StudyDefinition,
    *,
    returned_at: datetime,
) -> bool:
    """End a session that comes back after too long; whether it was too long.

    Absence is counted from the last sign of life: whoever stays may take any time.
    Answers that arrive later are stored as late.
    """
    longest = timedelta(minutes=definition.resume_max_age_minutes)
    if is_over(session) or returned_at - session.last_seen_at <= longest:
        return False
    last_seen_at = session.last_seen_at
    end(session, Outcome.TIMED_OUT, OutcomeReason.ABSENCE, ended_at=last_seen_at)
    db.flush()
    return True
