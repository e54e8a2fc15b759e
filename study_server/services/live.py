"""How a study is going right now: where people stand, leave and stumble. No Flask.

Blind: nothing here reads whether a main trial was answered rightly. Only people count;
previews and simulated participants do not.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from study_server.models import (
    Answer,
    Bonus,
    Erasure,
    Outcome,
    PageVisit,
    Response,
    ResponseRejected,
    Slot,
    Stage,
    Study,
    StudySession,
    Trial,
    TrialKind,
)
from study_server.services.landings import n_landed
from study_server.services.monitor import counted
from study_server.services.studies import definition_of

STUCK_AFTER = timedelta(minutes=2)
LANDED = "landed"
MOST_LISTED = 20
MOST_TIMES = 5_000
"""Newest answers whose times are drawn."""


class Step(NamedTuple):
    """One stage of the script."""

    stage: str
    n_reached: int
    """Sessions that came so far, or further."""

    n_here: int
    """Sessions that stand here now."""

    n_left: int
    """Sessions that ended here, without the end of the study."""


class PageTime(NamedTuple):
    """One page of the script."""

    page: str
    n_visits: int
    n_last: int
    """Sessions that ended unfinished with this as their last page."""

    median_s: float | None


class CellCount(NamedTuple):
    """One cell of the design."""

    list_index: int
    sequence_index: int
    n_completed: int
    n_running: int


class Quota(NamedTuple):
    """How full something is."""

    name: str
    n_filled: int
    n_wanted: int


class Mishap(NamedTuple):
    """Something that went wrong."""

    at: datetime
    session_id: str
    what: str


class Cost(NamedTuple):
    """Money owed so far, in hundredths."""

    pay_cents: int | None
    """For completed sessions. None: the study does not say what it pays."""

    bonus_cents: int
    """Confirmed."""

    currency: str


class Live(NamedTuple):
    """Everything the live page shows."""

    steps: Sequence[Step]
    pages: Sequence[PageTime]
    cells: Sequence[CellCount]
    quotas: Sequence[Quota]
    stuck: Sequence[StudySession]
    mishaps: Sequence[Mishap]
    cost: Cost
    median_minutes: float | None
    """Of completed sessions, from consent to code."""

    times_ms: Sequence[float]
    """Response times of the newest main trials, conditions together."""

    n_catch: int
    catch_rate: float | None
    """Catch trials answered rightly, pooled over everyone."""

    n_erased: int


def live(db: Session, study: Study, *, now: datetime) -> Live:
    """Look at one study, in one transaction."""
    sessions = _sessions(db, study.study_id)
    durations = [
        (each.completed_at - each.created_at).total_seconds() / 60
        for each in sessions
        if each.completed_at is not None
    ]
    n_catch, n_right = _catch(db, study.study_id)
    return Live(
        steps=steps(sessions, n_landed=n_landed(db, study.study_id)),
        pages=_pages(db, study.study_id, sessions),
        cells=cells(sessions),
        quotas=_quotas(db, study, sessions),
        stuck=[each for each in sessions if is_stuck(each, now=now)][:MOST_LISTED],
        mishaps=_mishaps(db, study.study_id, sessions),
        cost=_cost(db, study, sessions),
        median_minutes=median(durations) if durations else None,
        times_ms=_times(db, study.study_id),
        n_catch=n_catch,
        catch_rate=n_right / n_catch if n_catch else None,
        n_erased=db.scalars(
            select(func.count()).where(Erasure.study_id == study.study_id)
        ).one(),
    )


def steps(sessions: Sequence[StudySession], *, n_landed: int = 0) -> list[Step]:
    """The funnel: how many came how far.

    Args:
        n_landed: browsers that showed the first page, also of those who went on.
    """
    order = [stage for stage in Stage if stage != Stage.CONSENT]
    at = Counter(each.stage for each in sessions)
    running = Counter(each.stage for each in sessions if each.outcome is None)
    n_landed = max(n_landed, len(sessions))  # of some only the session is known
    found = [Step(LANDED, n_landed, 0, n_landed - len(sessions))]
    for number, stage in enumerate(order):
        n_reached = sum(at[later] for later in order[number:])
        is_last = stage == Stage.COMPLETED
        n_left = 0 if is_last else at[stage] - running[stage]
        found.append(Step(stage.value, n_reached, running[stage], n_left))
    return found


def cells(sessions: Sequence[StudySession]) -> list[CellCount]:
    """Completed and running sessions that hold a slot, cell by cell."""
    held = [each for each in sessions if each.holds_slot]
    done, running = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    for each in held:
        cell = (each.list_index, each.sequence_index)
        (running if each.outcome is None else done)[cell] += 1
    return [
        CellCount(*cell, done[cell], running[cell])
        for cell in sorted({*done, *running})
    ]


def is_stuck(session: StudySession, *, now: datetime) -> bool:
    """Whether a running session has not been heard of for a while."""
    return session.outcome is None and now - session.last_seen_at > STUCK_AFTER


def _sessions(db: Session, study_id: str) -> Sequence[StudySession]:
    query = _of_people(select(StudySession).join(Study), study_id)
    return db.scalars(query.order_by(StudySession.created_at.desc())).all()


def _of_people(query: Any, study_id: str) -> Any:
    return query.where(*counted(study_id), StudySession.is_simulated.is_(False))


def _pages(
    db: Session, study_id: str, sessions: Sequence[StudySession]
) -> list[PageTime]:
    unfinished = {
        each.session_id
        for each in sessions
        if each.outcome not in (None, Outcome.COMPLETED)
    }
    columns = (PageVisit.session_id, PageVisit.page, PageVisit.dwell_ms)
    query = select(*columns).join(StudySession).join(Study)
    rows = db.execute(_of_people(query, study_id).order_by(PageVisit.id))
    times: dict[str, list[float]] = {}
    n_visits: Counter[str] = Counter()
    last: dict[str, str] = {}
    for session_id, page, dwell_ms in rows:
        n_visits[page] += 1
        last[session_id] = page
        if dwell_ms is not None:
            times.setdefault(page, []).append(dwell_ms / 1000)
    n_last = Counter(page for each, page in last.items() if each in unfinished)
    return [
        PageTime(page, n, n_last[page], median(times[page]) if page in times else None)
        for page, n in n_visits.items()
    ]


def _quotas(db: Session, study: Study, sessions: Sequence[StudySession]) -> list[Quota]:
    n_slots = db.scalars(
        select(func.count()).where(
            Slot.study_pk == study.id, Slot.is_simulated.is_(False)
        )
    ).one()
    found = [Quota("places", sum(each.holds_slot for each in sessions), n_slots)]
    for quota in definition_of(study).quotas:
        query = select(func.count()).select_from(Answer).join(StudySession).join(Study)
        query = _of_people(query, study.study_id).where(
            Answer.question == quota.question,
            Answer.answer == quota.answer,
            StudySession.holds_slot,
        )
        name = f"{quota.question}: {quota.answer}"
        found.append(Quota(name, db.scalars(query).one(), quota.max_sessions))
    return found


def _mishaps(
    db: Session, study_id: str, sessions: Sequence[StudySession]
) -> list[Mishap]:
    """Answers that were none, and sessions that ended in a technical problem."""
    query = select(ResponseRejected).join(StudySession).join(Study)
    rejected = db.scalars(
        _of_people(query, study_id)
        .order_by(ResponseRejected.id.desc())
        .limit(MOST_LISTED)
    )
    found = [
        Mishap(each.received_at, each.session_id, f"answer refused: {each.reason}")
        for each in rejected
    ]
    found += [
        Mishap(each.last_seen_at, each.session_id, "ended in a technical problem")
        for each in sessions
        if each.outcome == Outcome.TECHNICAL_PROBLEM
    ]
    return sorted(found, reverse=True)[:MOST_LISTED]


def _cost(db: Session, study: Study, sessions: Sequence[StudySession]) -> Cost:
    recruitment = definition_of(study).recruitment
    n_completed = sum(each.outcome == Outcome.COMPLETED for each in sessions)
    pay = recruitment.pay_cents
    bonus = select(func.coalesce(func.sum(Bonus.amount_cents), 0)).where(
        Bonus.study_id == study.study_id, Bonus.confirmed_at.is_not(None)
    )
    return Cost(
        pay_cents=None if pay is None else pay * n_completed,
        bonus_cents=db.scalars(bonus).one(),
        currency=recruitment.currency,
    )


def _times(db: Session, study_id: str) -> Sequence[float]:
    query = select(Response.rt_ms).join(Trial).join(StudySession).join(Study)
    query = _of_people(query, study_id).where(Trial.trial_kind == TrialKind.MAIN)
    newest = query.order_by(Response.received_at.desc()).limit(MOST_TIMES)
    return db.scalars(newest).all()


def _catch(db: Session, study_id: str) -> tuple[int, int]:
    query = select(Response.is_correct, func.count()).join(Trial)
    query = query.join(StudySession).join(Study).group_by(Response.is_correct)
    query = _of_people(query, study_id).where(Trial.trial_kind == TrialKind.CATCH)
    counts: dict[bool | None, int] = dict(db.execute(query).all())
    return sum(counts.values()), counts.get(True, 0)
