"""Where a session stands and how it moves on. No Flask."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from study_server.models import (
    Appearance,
    NotShown,
    Outcome,
    Response,
    Stage,
    Study,
    StudySession,
    Trial,
    TrialKind,
)
from study_server.services.enrolment import hash_token

N_TRIALS_HELD = 5
"""Trials, counted from the one that is due, whose images a browser may hold."""


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


def held_trials(db: Session, session: StudySession) -> list[Trial]:
    """The trial that is due and those after it that a browser may hold already.

    None of another part is among them: what follows a round of practice is decided
    when the round is over.

    Returns:
        Up to `N_TRIALS_HELD` trials in order; none when all is answered.
    """
    due = db.scalars(open_trials(session).limit(N_TRIALS_HELD)).all()
    return [trial for trial in due if part_of(trial) == part_of(due[0])]


def part_of(trial: Trial) -> tuple[str, int | None]:
    """What trials are counted within: the main part, or a round of practice."""
    if trial.block_index is None:
        return "practice", getattr(trial, "practice_round", None)
    return "main", None


class Picture(NamedTuple):
    """Where a picture comes from; no browser ever learns it."""

    bundle_id: str
    stimulus_id: str


def find_picture(
    db: Session, study_id: str, *, token: str, image_id: str
) -> Picture | None:
    """The picture behind an image id of the very session that a secret belongs to.

    One query: most of a server's requests are for pictures.
    """
    query = (
        select(Study.bundle_id, Appearance.stimulus_id)
        .select_from(Appearance)
        .join(Trial, Trial.trial_id == Appearance.trial_id)
        .join(StudySession, StudySession.session_id == Trial.session_id)
        .join(Study, Study.id == StudySession.study_pk)
        .where(
            Appearance.image_id == image_id,
            StudySession.token_sha256 == hash_token(token),
            Study.study_id == study_id,
        )
    )
    row = db.execute(query).one_or_none()
    return None if row is None else Picture(*row)


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
