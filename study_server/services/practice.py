"""Practice to a criterion: rounds of new items, until enough are right. No Flask."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from study_server.design.definition import StudyDefinition
from study_server.models import (
    Outcome,
    OutcomeReason,
    Response,
    Stage,
    StudySession,
    Trial,
    TrialKind,
)
from study_server.services.endings import end, is_over


def begin_trials(db: Session, session: StudySession, *, begun_at: datetime) -> None:
    """Go to practice, or to the main part if the plan has no practice."""
    session.stage = Stage.PRACTICE
    if not _trials_in_round(db, session):
        _begin_main(session, begun_at=begun_at)


def finish_round(
    db: Session,
    session: StudySession,
    definition: StudyDefinition,
    *,
    finished_at: datetime,
) -> None:
    """After the last trial of a round: on to the main part, once more, or the end.

    A trial that could not be shown counts for nobody and against nobody.
    """
    if session.stage != Stage.PRACTICE or is_over(session):
        return
    n_trials = _trials_in_round(db, session)
    n_wrong = _wrong_in_round(db, session)
    practice = definition.practice
    if practice.min_correct == 0 or n_wrong <= n_trials - practice.min_correct:
        _begin_main(session, begun_at=finished_at)
    elif session.practice_round + 1 < practice.max_rounds:
        session.practice_round += 1
    else:
        reason = OutcomeReason.PRACTICE
        end(session, Outcome.SCREENED_OUT, reason, ended_at=finished_at)


def _begin_main(session: StudySession, *, begun_at: datetime) -> None:
    session.stage = Stage.MAIN
    session.main_started_at = begun_at


def _trials_in_round(db: Session, session: StudySession) -> int:
    query = select(func.count(Trial.trial_id)).where(*_in_round(session))
    return db.scalars(query).one()


def _wrong_in_round(db: Session, session: StudySession) -> int:
    query = select(func.count(Response.response_id)).join(Trial)
    is_wrong = Response.is_correct.is_(False)
    return db.scalars(query.where(*_in_round(session), is_wrong)).one()


def _in_round(session: StudySession) -> tuple[ColumnElement[bool], ...]:
    return (
        Trial.session_id == session.session_id,
        Trial.trial_kind == TrialKind.PRACTICE,
        Trial.practice_round == session.practice_round,
    )
