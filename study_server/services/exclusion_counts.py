"""How many sessions each exclusion rule of a study would leave out. No Flask.

Only counted: nobody is excluded here, and nothing is told of who was right in which
condition.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from study_server.design.exclusion_rules import SessionFacts, fails
from study_server.design.exclusions import ExclusionRule
from study_server.models import Answer, Response, Study, StudySession, Trial, TrialKind
from study_server.services.monitor import counted


class RuleCount(NamedTuple):
    """What one rule, by itself, would do."""

    rule: ExclusionRule
    n_sessions: int
    """Ended sessions of people that it would leave out."""


def count_exclusions(
    db: Session, study_id: str, rules: Sequence[ExclusionRule]
) -> list[RuleCount]:
    """Each rule with its count, in the order of the study; all versions together."""
    facts = list(session_facts(db, study_id))
    return [
        RuleCount(rule, sum(fails(rule, session) for session in facts))
        for rule in rules
    ]


def session_facts(db: Session, study_id: str) -> Iterator[SessionFacts]:
    """What the rules look at, of every ended session of a person."""
    trials = _trial_counts().subquery()
    statement = (
        select(
            StudySession.outcome,
            StudySession.instructions_ms,
            StudySession.consented_at,
            StudySession.completed_at,
            trials,
            _answer_on_data_use(),
        )
        .join(Study)
        .outerjoin(trials, trials.c.session_id == StudySession.session_id)
        .where(*counted(study_id))
        .where(StudySession.is_simulated.is_(False), StudySession.outcome.is_not(None))
    )
    for row in db.execute(statement):
        outcome, instructions_ms, consented_at, completed_at, _, *counts, use = row
        n_main, n_answers, n_left, n_catch, n_right = (n or 0 for n in counts)
        total_ms = None
        if completed_at is not None and consented_at is not None:
            total_ms = (completed_at - consented_at).total_seconds() * 1000
        yield SessionFacts(
            outcome=outcome,
            instructions_ms=instructions_ms,
            total_ms=total_ms,
            n_main_trials=n_main,
            n_main_responses=n_answers,
            n_main_left=n_left,
            n_catch_trials=n_catch,
            n_catch_correct=n_right,
            data_use=None if use is None else use == "yes",
        )


def _trial_counts() -> Any:
    """Of each session: main trials, their answers, those to the left; catch trials,
    those answered rightly."""
    is_main = Trial.trial_kind == TrialKind.MAIN
    is_catch = Trial.trial_kind == TrialKind.CATCH
    is_answered = Response.response_id.is_not(None)
    return (
        select(
            Trial.session_id,
            _number(is_main).label("n_main"),
            _number(is_main & is_answered).label("n_answers"),
            _number(is_main & (Response.choice == "left")).label("n_left"),
            _number(is_catch).label("n_catch"),
            _number(is_catch & Response.is_correct.is_(True)).label("n_right"),
        )
        .outerjoin(Response, Response.trial_id == Trial.trial_id)
        .group_by(Trial.session_id)
    )


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _answer_on_data_use() -> Any:
    query = select(Answer.answer).where(
        Answer.session_id == StudySession.session_id, Answer.question == "data_use"
    )
    return query.correlate(StudySession).scalar_subquery()
