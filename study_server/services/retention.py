"""Platform ids are erased some time after their study was closed. No Flask."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from study_server.models import (
    AuditEntry,
    PlatformIdentity,
    Study,
    StudySession,
    StudyStatus,
)
from study_server.services.audit_log import note
from study_server.services.studies import list_studies

RETENTION = timedelta(days=90)
ACTOR = "retention timer"


class Expired(NamedTuple):
    """Platform ids that have been kept for long enough."""

    study_id: str
    closed_at: datetime
    n_identities: int


def find_expired(
    db: Session, *, now: datetime, retention: timedelta = RETENTION
) -> list[Expired]:
    """Closed studies whose ids are due, by name."""
    found = []
    for study in list_studies(db):
        closed_at = _closed_at(db, study)
        if closed_at is None or now - closed_at < retention:
            continue
        mine = select(func.count()).select_from(PlatformIdentity).join(StudySession)
        n = db.scalars(mine.where(StudySession.study_id == study.study_id)).one()
        if n:
            found.append(Expired(study.study_id, closed_at, n))
    return found


def erase_expired(
    db: Session, *, now: datetime, retention: timedelta = RETENTION
) -> list[Expired]:
    """Erase those ids; pseudonyms stay, so that nobody takes part twice."""
    expired = find_expired(db, now=now, retention=retention)
    for each in expired:
        sessions = select(StudySession.session_id).where(
            StudySession.study_id == each.study_id
        )
        db.execute(
            delete(PlatformIdentity).where(PlatformIdentity.session_id.in_(sessions))
        )
        note(
            db,
            "study.retention",
            actor=ACTOR,
            done_at=now,
            study_id=each.study_id,
            details={"n_identities": each.n_identities},
        )
    return expired


def _closed_at(db: Session, study: Study) -> datetime | None:
    """When it was closed, by the log; else when anybody was last there."""
    if study.status != StudyStatus.CLOSED:
        return None
    noted = select(func.max(AuditEntry.done_at)).where(
        AuditEntry.study_id == study.study_id, AuditEntry.action == "study.closed"
    )
    if (at := db.scalar(noted)) is not None:
        return at
    last = select(func.max(StudySession.last_seen_at))
    return db.scalar(last.where(StudySession.study_id == study.study_id))
