"""One participant's story: what happened when, and what is odd about it. No Flask.

Blind: it tells how many trials were answered, never which were right.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from study_server.models import (
    ComprehensionAttempt,
    PageEvent,
    PageVisit,
    Response,
    ResponseConflict,
    ResponseRejected,
    StudySession,
    Trial,
)
from study_server.services.replacement import find_by_reference

GAP = timedelta(seconds=30)
"""An answer that took so long to arrive after it was given was held up."""
SILENCE = timedelta(minutes=5)
"""Between two answers."""


class Moment(NamedTuple):
    """One thing that happened."""

    at: datetime
    what: str


class Story(NamedTuple):
    """A session, told."""

    session: StudySession
    moments: Sequence[Moment]
    flags: Sequence[str]
    gaps: Sequence[Moment]
    n_planned: int
    n_answered: int
    page_events: Sequence[tuple[str, int, float]]
    """Kind, how many, and their milliseconds together."""


def tell_story(db: Session, study_id: str, reference: str) -> Story:
    """Everything stored of a session that says how it went.

    Raises:
        SessionNotFoundError: the study has no such session.
    """
    session = find_by_reference(db, study_id, reference)
    responses = db.scalars(
        select(Response)
        .where(Response.session_id == session.session_id)
        .order_by(Response.chain_index)
    ).all()
    planned = select(func.count()).where(Trial.session_id == session.session_id)
    return Story(
        session=session,
        moments=sorted(_moments(db, session)),
        flags=list(_flags(db, session, responses)),
        gaps=list(_gaps(responses)),
        n_planned=db.scalars(planned).one(),
        n_answered=len(responses),
        page_events=_page_events(db, session),
    )


def _moments(db: Session, session: StudySession) -> Iterator[Moment]:
    yield Moment(session.created_at, "gave consent and took a place")
    named = {
        "checked_at": "passed the device check",
        "main_started_at": "began the main part",
        "completed_at": "came to the end",
        "freed_at": f"lost the place ({session.freed_by or 'freed'})",
        "last_seen_at": "was last heard of",
    }
    for name, what in named.items():
        if (at := getattr(session, name)) is not None:
            yield Moment(at, what)
    mine = ComprehensionAttempt.session_id == session.session_id
    for each in db.scalars(select(ComprehensionAttempt).where(mine)):
        what = f"had {each.n_correct} of {each.n_items} questions right"
        yield Moment(each.submitted_at, what)
    visits = select(PageVisit).where(PageVisit.session_id == session.session_id)
    for visit in db.scalars(visits):
        yield Moment(visit.opened_at, f"opened {visit.page}")


def _flags(
    db: Session, session: StudySession, responses: Sequence[Response]
) -> Iterator[str]:
    def say(n: int, one: str) -> Iterator[str]:
        if n:
            yield f"{n} x {one}"

    yield from say(sum(each.is_late for each in responses), "answered late")
    recovered = sum(each.origin == "recovered" for each in responses)
    yield from say(recovered, "answer from a file")
    reloads = sum(each.n_onsets > 1 for each in responses)
    yield from say(reloads, "trial seen more than once")
    yield from say(sum(each.hidden_ms > 0 for each in responses), "page out of sight")
    signals = sorted({s for each in responses for s in each.automation_signals})
    if signals:
        yield f"signs of a script: {', '.join(signals)}"
    conflicts = select(func.count()).select_from(ResponseConflict).join(Trial)
    conflicts = conflicts.where(Trial.session_id == session.session_id)
    yield from say(db.scalars(conflicts).one(), "differing second answer")
    rejected = select(func.count()).where(
        ResponseRejected.session_id == session.session_id
    )
    yield from say(db.scalars(rejected).one(), "answer refused")
    if session.is_small_at_check:
        yield "the window was small"
    if session.is_surplus:
        yield "finished after the place was given away"


def _gaps(responses: Sequence[Response]) -> Iterator[Moment]:
    """When the connection, or the participant, was away."""
    before: datetime | None = None
    for each in responses:
        if each.shown_at is not None:
            given_at = each.shown_at + timedelta(milliseconds=each.rt_ms)
            held_up = each.received_at - given_at
            if held_up > GAP:
                what = (
                    f"an answer came {held_up.total_seconds():.0f} s after it was given"
                )
                yield Moment(each.received_at, what)
        if before is not None and each.received_at - before > SILENCE:
            minutes = (each.received_at - before).total_seconds() / 60
            yield Moment(before, f"no answer for {minutes:.0f} min from here on")
        before = each.received_at


def _page_events(
    db: Session, session: StudySession
) -> Sequence[tuple[str, int, float]]:
    query = (
        select(PageEvent.event, func.count(), func.sum(PageEvent.duration_ms))
        .where(PageEvent.session_id == session.session_id)
        .group_by(PageEvent.event)
        .order_by(PageEvent.event)
    )
    return [(kind, n, total_ms) for kind, n, total_ms in db.execute(query)]
