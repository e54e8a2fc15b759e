"""A researcher frees a slot, with a reason. No Flask."""

from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from study_server.errors import SessionNotFoundError
from study_server.models import FreedBy, Outcome, OutcomeReason, StudySession
from study_server.services.leases import free_slot
from study_server.services.studies import get_study

Act = Literal["reject", "return"]
MIN_REFERENCE_CHARACTERS = 8
MAX_REASON_CHARACTERS = 500


def find_by_reference(db: Session, study_id: str, reference: str) -> StudySession:
    """The session of an id, or of its first eight characters or more.

    Raises:
        StudyNotFoundError: there is no such study.
        SessionNotFoundError: the study has no such session, or several.
    """
    get_study(db, study_id)
    reference = reference.strip().lower()
    if len(reference) < MIN_REFERENCE_CHARACTERS or not reference.isalnum():
        raise SessionNotFoundError(
            f"{reference!r} is no session; give its id, or the reference number of "
            f"{MIN_REFERENCE_CHARACTERS} characters that its last page shows"
        )
    query = select(StudySession).where(
        StudySession.study_id == study_id,
        StudySession.session_id.startswith(reference),
    )
    found = db.scalars(query.limit(2).with_for_update()).all()
    if len(found) != 1:
        number = "several sessions" if found else "no session"
        raise SessionNotFoundError(f"study {study_id!r} has {number} {reference!r}")
    return found[0]


def ask_for_replacement(
    db: Session,
    study_id: str,
    reference: str,
    act: Act,
    *,
    reason: str,
    freed_at: datetime,
) -> StudySession:
    """Free a session's slot, so that its cell is filled again; the data stay.

    `reject`: the researcher wants another participant in place of this one. `return`:
    the platform took the submission back, and sent no message of it. Someone who still
    sits may finish, as a surplus.

    Raises:
        SessionNotFoundError: there is no such session, it holds no slot, or no reason
            is given.
    """
    reason = reason.strip()[:MAX_REASON_CHARACTERS]
    if not reason:
        raise SessionNotFoundError("a slot is freed with a reason; give one")
    session = find_by_reference(db, study_id, reference)
    by = FreedBy.REPLACED if act == "reject" else FreedBy.RETURNED
    if not free_slot(session, by, freed_at=freed_at, note=reason):
        why = f" (freed by {session.freed_by})" if session.freed_by else ""
        raise SessionNotFoundError(
            f"session {reference!r} holds no slot{why}; there is nothing to free"
        )
    session.is_surplus = session.outcome == Outcome.COMPLETED
    if session.outcome is None and act == "return":
        session.outcome = Outcome.WITHDRAWN
        session.outcome_reason = OutcomeReason.RETURNED
    db.flush()
    return session
