"""Where a session stands and how it moves on. No Flask."""

from datetime import datetime

from sqlalchemy import Select, func, select
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


def finish_instructions(
    session: StudySession, *, min_ms: int, left_at: datetime
) -> float:
    """Go on to practice once the instructions were open long enough.

    Returns:
        Milliseconds that are still missing; 0 when the session went on.
    """
    if session.stage != Stage.INSTRUCTIONS or session.consented_at is None:
        return 0.0
    shown_ms = (left_at - session.consented_at).total_seconds() * 1000
    if shown_ms < min_ms:
        return min_ms - shown_ms
    session.instructions_ms = shown_ms
    session.stage = Stage.PRACTICE
    session.last_seen_at = left_at
    return 0.0


def current_trial(db: Session, session: StudySession) -> Trial | None:
    """The first planned trial without a response; None when all are stored."""
    return db.scalars(open_trials(session).limit(1)).first()


def part_of(trial: Trial) -> tuple[str, int | None]:
    """What trials are counted within: the main part, or a round of practice."""
    if trial.block_index is None:
        return "practice", trial.practice_round
    return "main", None


def count_responses(db: Session, session: StudySession) -> int:
    """Stored answers of a session."""
    query = select(func.count(Response.response_id)).join(
        Trial, Trial.trial_id == Response.trial_id
    )
    return db.scalars(query.where(Trial.session_id == session.session_id)).one()


def update_stage(db: Session, session: StudySession, *, now: datetime) -> None:
    """Follow the responses: practice to main to debrief."""
    if session.stage not in (Stage.PRACTICE, Stage.MAIN):
        return
    trial = current_trial(db, session)
    if trial is None:
        session.stage = Stage.DEBRIEF
    elif session.stage == Stage.PRACTICE and trial.trial_kind != TrialKind.PRACTICE:
        session.stage = Stage.MAIN
    if session.stage != Stage.PRACTICE and session.main_started_at is None:
        session.main_started_at = now


def complete(
    db: Session,
    session: StudySession,
    *,
    difficulty: int,
    strategy: str,
    data_use: bool,
    completed_at: datetime,
) -> bool:
    """Store the questions and end the session; False while a response is missing."""
    if session.stage == Stage.COMPLETED:
        return True
    if session.stage != Stage.DEBRIEF or current_trial(db, session) is not None:
        return False
    session.difficulty = difficulty
    session.strategy = strategy
    session.data_use = data_use
    session.stage = Stage.COMPLETED
    session.outcome = Outcome.COMPLETED
    session.completed_at = session.last_seen_at = completed_at
    return True


def open_trials(session: StudySession) -> Select[Trial]:
    """The planned trials neither answered nor given up, in order of presentation."""
    return (
        select(Trial)
        .outerjoin(Response, Response.trial_id == Trial.trial_id)
        .outerjoin(NotShown, NotShown.trial_id == Trial.trial_id)
        .where(
            Trial.session_id == session.session_id,
            Response.response_id.is_(None),
            NotShown.trial_id.is_(None),
        )
        .order_by(Trial.presentation_index)
    )
