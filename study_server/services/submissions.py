"""What a platform says of a submission, and what that does to its session. No Flask.

Messages come at least once and in any order: the same one twice is stored once, and
what all of them do does not depend on their order.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from study_server.models import (
    FreedBy,
    Outcome,
    OutcomeReason,
    StudySession,
    WebhookEvent,
)
from study_server.recruitment.platforms import PLATFORMS, PlatformName
from study_server.services.leases import free_slot

logger = logging.getLogger(__name__)

SUBMISSION_CHANGED = "submission.status.change"

FREED_BY = {
    "returned": FreedBy.RETURNED,
    "timed_out": FreedBy.TIMED_OUT,
    "rejected": FreedBy.REJECTED,
}
ENDS_AS = {
    "returned": (Outcome.WITHDRAWN, OutcomeReason.RETURNED),
    "timed_out": (Outcome.TIMED_OUT, OutcomeReason.PLATFORM),
    "rejected": (Outcome.TIMED_OUT, OutcomeReason.PLATFORM),
}
"""How a session that still runs ends when its slot is given away; it may finish."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlatformEvent:
    """One message of a platform, its signature checked."""

    platform: PlatformName
    event_id: str
    event_type: str
    subject: str
    """Pseudonym of what it is about."""
    status: str | None
    sent_at: datetime
    """By the platform's clock."""


def take_event(db: Session, event: PlatformEvent, *, received_at: datetime) -> bool:
    """Store a message and do what it says; False if it was there already."""
    try:
        with db.begin_nested():
            db.add(
                WebhookEvent(
                    platform=event.platform,
                    event_id=event.event_id,
                    event_type=event.event_type,
                    subject=event.subject,
                    status=event.status,
                    sent_at=event.sent_at,
                    received_at=received_at,
                )
            )
    except IntegrityError:  # delivered before
        return False
    if event.event_type == SUBMISSION_CHANGED and event.status is not None:
        for session in sessions_of_submission(db, event.subject):
            apply_status(
                session,
                platform=event.platform,
                status=event.status,
                at=event.sent_at,
                learned_at=received_at,
            )
        db.flush()
    return True


def sessions_of_submission(db: Session, subject: str) -> list[StudySession]:
    """The session of a submission, locked; a list, for an id that came twice."""
    query = select(StudySession).where(StudySession.submission_pseudonym == subject)
    return list(db.scalars(query.with_for_update()))


def catch_up(db: Session, session: StudySession, *, platform: PlatformName) -> None:
    """Apply what the platform said of a submission before its session began."""
    if session.submission_pseudonym is None:
        return
    told = (
        select(WebhookEvent)
        .where(
            WebhookEvent.platform == platform,
            WebhookEvent.subject == session.submission_pseudonym,
            WebhookEvent.event_type == SUBMISSION_CHANGED,
            WebhookEvent.status.is_not(None),
        )
        .order_by(WebhookEvent.sent_at)
    )
    for event in db.scalars(told).all():
        apply_status(
            session,
            platform=platform,
            status=str(event.status),
            at=event.sent_at,
            learned_at=session.created_at,
        )
    db.flush()


def apply_status(
    session: StudySession,
    *,
    platform: PlatformName,
    status: str,
    at: datetime,
    learned_at: datetime,
) -> None:
    """Note a submission's newest state; free the slot if the platform gave it away.

    A slot that was given away cannot be taken back. So a message that frees it does so
    even when a newer one came first: the end is the same in whatever order they come.

    Args:
        at: when it was said, by the platform's clock.
    """
    last = (session.submission_status_at, session.submission_status)
    if session.submission_status_at is None or (at, status) > last:
        session.submission_status, session.submission_status_at = status, at
    effect = PLATFORMS[platform].effect_of(status)
    if effect == "none":
        return
    if free_slot(session, FREED_BY[effect], freed_at=learned_at):
        session.is_surplus = session.outcome == Outcome.COMPLETED
        logger.info("slot %d is free: %s", session.slot_index, effect)
    if session.outcome is None:
        session.outcome, session.outcome_reason = ENDS_AS[effect]
