"""Going on when an image of a trial cannot be loaded. No Flask."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

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
    """Move a trial to the end of its block; the second time, record it as not shown.

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
        _move_to_end_of_block(db, trial)
        return False
    db.add(NotShown(trial_id=trial_id, recorded_at=reported_at))
    db.flush()
    update_stage(db, session, now=reported_at)
    return True


def _is_answered(db: Session, trial: Trial) -> bool:
    query = select(Response.response_id).where(Response.trial_id == trial.trial_id)
    return db.scalars(query).first() is not None


def _move_to_end_of_block(db: Session, trial: Trial) -> None:
    """Rotate what follows in the block by one place; nothing else moves."""
    later = db.scalars(
        select(Trial)
        .where(
            Trial.session_id == trial.session_id,
            Trial.presentation_index > trial.presentation_index,
        )
        .order_by(Trial.presentation_index)
    ).all()
    trial.n_postponed = 1
    for follower in later:
        if block_of(follower) != block_of(trial):
            break
        follower.presentation_index -= 1
        trial.presentation_index += 1
    db.flush()


def block_of(trial: Trial) -> tuple[int | None, int | None]:
    """What a trial is never moved out of: its block, or its round of practice."""
    return trial.block_index, trial.practice_round
