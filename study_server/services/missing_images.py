"""Going on when an image of a trial cannot be loaded. No Flask."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from study_server.design.postponing import (
    order_after_giving_up,
    order_after_postponing,
)
from study_server.errors import TrialNotFoundError
from study_server.models import NotShown, Response, StudySession, Trial
from study_server.services.progress import update_stage


def postpone_or_give_up(
    db: Session,
    session: StudySession,
    *,
    trial_id: str,
    n_postponed: int,
    reported_at: datetime,
) -> bool:
    """Show a trial later in its block; the second time, record it as not shown.

    A report that comes again because its answer was lost changes nothing: it still
    says how often the trial had been postponed when its images failed.

    Args:
        db: open write transaction.
        n_postponed: as the browser was told with the trial.

    Returns:
        Whether the trial will not be shown any more.

    Raises:
        TrialNotFoundError: the session has no such trial.
    """
    trial = db.get(Trial, trial_id)
    if trial is None or trial.session_id != session.session_id:
        raise TrialNotFoundError(f"this session has no trial {trial_id!r}")
    session.last_seen_at = reported_at
    if db.get(NotShown, trial_id) is not None:
        return True
    if _is_answered(db, trial) or n_postponed < trial.n_postponed:
        return False
    if trial.n_postponed == 0:
        _postpone(db, trial)
        return False
    _give_up(db, trial, reported_at)
    update_stage(db, session, now=reported_at)
    return True


def _is_answered(db: Session, trial: Trial) -> bool:
    query = select(Response.response_id).where(Response.trial_id == trial.trial_id)
    return db.scalars(query).first() is not None


def _postpone(db: Session, trial: Trial) -> None:
    """Show it later in its block; nothing outside the block moves."""
    _, rest = _around(db, trial)
    trial.n_postponed = 1
    _reorder([trial, *rest], order_after_postponing)
    db.flush()


def _give_up(db: Session, trial: Trial, reported_at: datetime) -> None:
    """Record that it is not shown, and keep catch trials apart without it."""
    before, rest = _around(db, trial)
    db.add(NotShown(trial_id=trial.trial_id, recorded_at=reported_at))
    kind = before[-1].trial_kind if before else None
    _reorder(rest, partial(order_after_giving_up, kind))
    db.flush()


def _around(db: Session, trial: Trial) -> tuple[list[Trial], list[Trial]]:
    """What was shown before the trial in its block, and all that follows it there."""
    others = db.scalars(
        select(Trial)
        .outerjoin(NotShown, NotShown.trial_id == Trial.trial_id)
        .where(
            Trial.session_id == trial.session_id,
            Trial.trial_id != trial.trial_id,
            NotShown.trial_id.is_(None),
        )
        .order_by(Trial.presentation_index)
    )
    block = [each for each in others if block_of(each) == block_of(trial)]
    here = trial.presentation_index
    return (
        [each for each in block if each.presentation_index < here],
        [each for each in block if each.presentation_index > here],
    )


def _reorder(trials: list[Trial], order_of: Callable[[list[str]], list[int]]) -> None:
    """Give trials that follow each other their places in another order."""
    places = [trial.presentation_index for trial in trials]
    order = order_of([trial.trial_kind for trial in trials])
    for place, number in zip(places, order, strict=True):
        trials[number].presentation_index = place


def block_of(trial: Trial) -> tuple[int | None, int | None]:
    """What a trial is never moved out of: its block, or its round of practice."""
    return trial.block_index, trial.practice_round
