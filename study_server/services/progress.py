"""Where a session stands and how it moves on. No Flask."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from study_server.models import (
    NotShown,
    Outcome,
    Response,
    Stage,
    Study,
    StudySession,
    Trial,
    TrialKind,
)
from study_server.services.endings import is_over
from study_server.services.practice import finish_round
from study_server.services.studies import definition_of


def current_trial(db: Session, session: StudySession) -> Trial | None:
    """The first planned trial without a response; None when all are stored."""
    return db.scalars(open_trials(session).limit(1)).first()


def part_of(trial: Trial) -> tuple[str, int | None]:
    """What trials are counted within: the main part, or a round of practice."""
    if trial.block_index is None:
        return "practice", trial.practice_round
    return "main", None


def update_stage(db: Session, session: StudySession, *, now: datetime) -> None:
    """Follow the responses: to the next round of practice, to main, to questions."""
    if current_trial(db, session) is not None or is_over(session):
        return
    definition = definition_of(db.get_one(Study, session.study_pk))
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
    if session.stage != Stage.DEBRIEF or current_trial(db, session) is not None:
        return False
    session.stage = Stage.COMPLETED
    session.outcome = Outcome.COMPLETED
    session.outcome_reason = None
    session.is_surplus = not (session.holds_slot or session.is_preview)
    session.completed_at = session.last_seen_at = completed_at
    return True


def due_now(session: StudySession) -> ColumnElement[bool]:
    """What holds of the trials of the present stage: one round of practice, or main."""
    is_practice = Trial.trial_kind == TrialKind.PRACTICE
    if session.stage == Stage.PRACTICE:
        return and_(is_practice, Trial.practice_round == session.practice_round)
    return ~is_practice


def open_trials(session: StudySession) -> Select[Trial]:
    """The trials of the present stage neither answered nor given up, in order."""
    return (
        select(Trial)
        .outerjoin(Response, Response.trial_id == Trial.trial_id)
        .outerjoin(NotShown, NotShown.trial_id == Trial.trial_id)
        .where(
            Trial.session_id == session.session_id,
            due_now(session),
            Response.response_id.is_(None),
            NotShown.trial_id.is_(None),
        )
        .order_by(Trial.presentation_index)
    )
