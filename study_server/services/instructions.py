"""Reading the instructions: page by page, and not too fast. No Flask."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from study_server.design.definition import StudyDefinition
from study_server.models import PageVisit, StudySession
from study_server.services.script import move_on

PAGE_BREAK = "---"
"""A line of three dashes."""


def pages_of(definition: StudyDefinition, language: str) -> list[str]:
    """The instructions, cut at the lines that begin a new page."""
    lines = definition.texts_in(language).instructions.splitlines()
    pages: list[list[str]] = [[]]
    for line in lines:
        if line.strip() == PAGE_BREAK:
            pages.append([])
        else:
            pages[-1].append(line)
    return ["\n".join(page).strip() for page in pages]


def turn_page(
    db: Session,
    session: StudySession,
    definition: StudyDefinition,
    *,
    by: int,
    turned_at: datetime,
) -> bool:
    """Turn back or on, from the last page to what follows the instructions.

    Args:
        by: 1 or -1.

    Returns:
        False when the last page was left too early: the session stays there.
    """
    n_pages = len(pages_of(definition, session.language))
    page = session.instructions_page + by
    session.last_seen_at = turned_at
    if page < n_pages:
        session.instructions_page = max(0, page)
        return True
    if missing_ms(db, session, definition, now=turned_at) > 0:
        return False
    session.instructions_ms = _open_ms(db, session, now=turned_at)
    move_on(db, session, definition, left_at=turned_at)
    return True


def missing_ms(
    db: Session, session: StudySession, definition: StudyDefinition, *, now: datetime
) -> float:
    """Milliseconds until the instructions may be left."""
    least = definition.timing.instructions_min_ms
    return max(0.0, least - _open_ms(db, session, now=now))


def _open_ms(db: Session, session: StudySession, *, now: datetime) -> float:
    """Milliseconds since the first page of the instructions was opened."""
    opened_at = db.scalars(
        select(PageVisit.opened_at)
        .where(
            PageVisit.session_id == session.session_id,
            PageVisit.page.startswith("instructions-", autoescape=True),
        )
        .order_by(PageVisit.visit_index)
        .limit(1)
    ).first()
    return 0.0 if opened_at is None else (now - opened_at).total_seconds() * 1000
