"""Erasing one participant for good: rows, then the bytes they leave behind. No Flask.

What stays is a tombstone that tells nothing of who it was. Backups made before keep the
rows until they are rotated away; backups and exports made afterwards have none.
"""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from study_server.db import Database
from study_server.dialects import scrub_free_space
from study_server.errors import ErasureError
from study_server.models import (
    Bonus,
    Erasure,
    PersonalLink,
    StudySession,
    WebhookEvent,
)
from study_server.services.replacement import find_by_reference

REASONS = ("asked", "mistake", "retention")
ERASED_LABEL = "erased"


def erase_participant(
    db: Session, study_id: str, reference: str, *, reason: str, erased_at: datetime
) -> Erasure:
    """Delete everything of a session; call `scrub` after the commit.

    Args:
        reference: the session's id, or its first eight characters or more.
        reason: one of `REASONS`; words of one's own might name somebody.

    Raises:
        SessionNotFoundError: the study has no such session.
        ErasureError: the reason is none of those there are.
    """
    if reason not in REASONS:
        raise ErasureError(f"a reason is one of {', '.join(REASONS)}; got {reason!r}")
    session = find_by_reference(db, study_id, reference)
    tombstone = Erasure(
        study_id=study_id,
        reason=reason,
        outcome=session.outcome,
        erased_at=erased_at,
    )
    db.add(tombstone)
    _delete_beside(db, session)
    mine = StudySession.session_id == session.session_id
    db.expunge(session)
    db.execute(delete(StudySession).where(mine))  # the rest goes with it
    db.flush()
    return tombstone


def scrub(database: Database) -> bool:
    """Leave no byte of deleted rows in the database's files.

    Returns:
        Whether all is gone; False when somebody read for too long, and it has to be
        done again.
    """
    return scrub_free_space(database.engine)


def _delete_beside(db: Session, session: StudySession) -> None:
    """Rows that know the session by something else than its id."""
    if session.submission_pseudonym is not None:
        about = WebhookEvent.subject == session.submission_pseudonym
        db.execute(delete(WebhookEvent).where(about))
    payees = [session.session_id, session.submission_pseudonym]
    db.execute(delete(Bonus).where(Bonus.payee.in_([p for p in payees if p])))
    if session.link_pk is not None:
        used_once = (PersonalLink.id == session.link_pk) & (PersonalLink.max_uses == 1)
        db.execute(update(PersonalLink).where(used_once).values(label=ERASED_LABEL))
