"""Where a session stands and how it moves on. No Flask."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from sqlalchemy import ColumnElement, Select, and_, bindparam, select
from sqlalchemy.orm import Session

from study_server.models import (
    NotShown,
    Outcome,
    Response,
    Stage,
    StudySession,
    Trial,
    TrialKind,
)
from study_server.services.endings import is_over
from study_server.services.practice import finish_round
from study_server.services.studies import definition_of

Part = tuple[str, int | None]
"""`main`, or `practice` and which round of it."""


class InPart(Protocol):
    """A trial, as far as it says which part of the session it is in."""

    @property
    def block_index(self) -> int | None: ...
    @property
    def practice_round(self) -> int | None: ...


class OpenTrial(NamedTuple):
    """A trial of the present stage that is neither answered nor given up."""

    trial_id: str
    task: str
    block_index: int | None
    practice_round: int | None
    correct_option: str | None
    is_served: bool
    """Whether it was due, or answered, once."""


def current_trial(db: Session, session: StudySession) -> Trial | None:
    """The first planned trial without a response; None when all are stored."""
    due = open_trials(db, session, at_most=1)
    return db.get_one(Trial, due[0].trial_id) if due else None


def part_of(trial: InPart) -> Part:
    """What trials are counted within: the main part, or a round of practice."""
    if trial.block_index is None:
        return "practice", trial.practice_round
    return "main", None


def update_stage(
    db: Session, session: StudySession, *, now: datetime, is_last: bool | None = None
) -> None:
    """Follow the responses: to the next round of practice, to main, to questions.

    Args:
        is_last: whether no trial of the stage is open any more. None: look.
    """
    if is_last is None:
        is_last = not open_trials(db, session, at_most=1)
    if not is_last or is_over(session):
        return
    definition = definition_of(session.study)
    if session.stage == Stage.PRACTICE:
        finish_round(db, session, definition, finished_at=now)
    elif session.stage == Stage.MAIN:
        session.stage = Stage.DEBRIEF


def complete(db: Session, session: StudySession, *, completed_at: datetime) -> bool:
    """End a session whose questions are answered; False while a response is missing.

    One that finishes after its slot was given away is a surplus; no cell counts it.
    """
    if session.stage == Stage.COMPLETED:
        return True
    if session.stage != Stage.DEBRIEF or open_trials(db, session, at_most=1):
        return False
    session.stage = Stage.COMPLETED
    session.outcome = Outcome.COMPLETED
    session.outcome_reason = None
    session.is_surplus = not (session.holds_slot or session.is_preview)
    session.completed_at = session.last_seen_at = completed_at
    return True


def open_trials(
    db: Session, session: StudySession, *, at_most: int
) -> Sequence[OpenTrial]:
    """The trials of the present stage that are still to be answered, in order.

    Those of one round of practice, or all that are no practice.
    """
    query = OPEN_PRACTICE if session.stage == Stage.PRACTICE else OPEN_MAIN
    rows = db.execute(query, which_open(session, at_most=at_most))
    return [OpenTrial._make(row) for row in rows]


def which_open(session: StudySession, *, at_most: int) -> dict[str, str | int]:
    """What `OPEN_PRACTICE` and `OPEN_MAIN` are to be asked."""
    return {
        "session_id": session.session_id,
        "practice_round": session.practice_round,
        "at_most": at_most,
    }


def _open_trials(
    is_due: ColumnElement[bool],
) -> Select[str, str, int | None, int | None, str | None, bool]:
    """Written once: every answer asks for it, and to write it takes as long."""
    return (
        select(
            Trial.trial_id,
            Trial.task,
            Trial.block_index,
            Trial.practice_round,
            Trial.correct_option,
            Trial.first_served_at.is_not(None),
        )
        .outerjoin(Response, Response.trial_id == Trial.trial_id)
        .outerjoin(NotShown, NotShown.trial_id == Trial.trial_id)
        .where(
            Trial.session_id == bindparam("session_id"),
            is_due,
            Response.response_id.is_(None),
            NotShown.trial_id.is_(None),
        )
        .order_by(Trial.presentation_index)
        .limit(bindparam("at_most"))
    )


_IS_PRACTICE = Trial.trial_kind == TrialKind.PRACTICE
OPEN_PRACTICE = _open_trials(
    and_(_IS_PRACTICE, Trial.practice_round == bindparam("practice_round"))
)
OPEN_MAIN = _open_trials(~_IS_PRACTICE)
