"""Answers that cannot be stored as such: kept raw, so that a person can. No Flask."""

import hashlib
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from study_server.models import (
    OutcomeReason,
    Response,
    ResponseRejected,
    StudySession,
    Trial,
)

MAX_PER_SESSION = 100
"""Far more than trouble makes; a script that sends nonsense fills no disk."""


def keep_rejected(
    db: Session,
    session: StudySession,
    body: bytes,
    *,
    reason: str,
    trial_id: str | None,
    received_at: datetime,
) -> bool:
    """Keep what was refused; the same again is kept once.

    Args:
        db: open write transaction.
        body: as it came, at most 64 kB.
        trial_id: the trial it speaks of, if that can be read.

    Returns:
        Whether it is kept: not where all is erased, nor beyond `MAX_PER_SESSION`.
    """
    db.refresh(session, with_for_update=True)
    mine = ResponseRejected.session_id == session.session_id
    body_sha256 = hashlib.sha256(body).hexdigest()
    is_same = ResponseRejected.body_sha256 == body_sha256
    if db.scalars(select(ResponseRejected.id).where(mine, is_same)).first():
        return True
    n_kept = db.scalars(select(func.count(ResponseRejected.id)).where(mine)).one()
    if n_kept >= MAX_PER_SESSION or session.outcome_reason == OutcomeReason.ERASE:
        return False
    trial = db.get(Trial, trial_id) if trial_id else None
    is_ours = trial is not None and trial.session_id == session.session_id
    db.add(
        ResponseRejected(
            session_id=session.session_id,
            trial_id=trial_id if is_ours else None,
            body=body.decode(errors="replace").replace("\0", "\ufffd"),
            body_sha256=body_sha256,
            reason=reason,
            received_at=received_at,
        )
    )
    return True


def lacks_rejected(db: Session, session: StudySession) -> bool:
    """Whether an answer of the session was refused and no other one took its place."""
    query = (
        select(ResponseRejected.id)
        .outerjoin(Response, Response.trial_id == ResponseRejected.trial_id)
        .where(
            ResponseRejected.session_id == session.session_id,
            Response.response_id.is_(None),
        )
    )
    return db.scalars(query).first() is not None
