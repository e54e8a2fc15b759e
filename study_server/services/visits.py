"""Which page a session stood on, how long, and in which language. No Flask."""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from study_server.models import PageVisit, StudySession

LANDING = "landing"

_LAST_VISIT = (
    select(PageVisit)
    .where(PageVisit.session_id == bindparam("session_id"))
    .order_by(PageVisit.visit_index.desc())
    .limit(1)
)


def note_page(
    db: Session, session: StudySession, page: str, *, language: str, opened_at: datetime
) -> None:
    """Store that a page is open now, and how long the one before it was.

    The same page again is a reload: its visit goes on.
    """
    before = _last_visit(db, session)
    if before is not None:
        if before.page == page and before.left_at is None:
            return
        leave_page(before, left_at=opened_at)
    db.add(
        PageVisit(
            session_id=session.session_id,
            visit_index=0 if before is None else before.visit_index + 1,
            page=page,
            language=language,
            opened_at=opened_at,
        )
    )
    db.flush()


def note_landing(
    db: Session, session: StudySession, *, opened_at: datetime, left_at: datetime
) -> None:
    """Store the stay on the consent page, which began before there was a session.

    Args:
        session: just made; it has been on no other page.
    """
    visit = PageVisit(
        session_id=session.session_id,
        visit_index=0,
        page=LANDING,
        language=session.language,
        opened_at=opened_at,
    )
    leave_page(visit, left_at=left_at)
    db.add(visit)
    db.flush()


def leave_page(visit: PageVisit, *, left_at: datetime) -> None:
    """End a visit, if it has not ended."""
    if visit.left_at is None:
        visit.left_at = left_at
        visit.dwell_ms = (left_at - visit.opened_at).total_seconds() * 1000


def _last_visit(db: Session, session: StudySession) -> PageVisit | None:
    return db.scalars(_LAST_VISIT, {"session_id": session.session_id}).first()
