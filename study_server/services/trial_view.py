"""What a browser is told about a trial, and nothing more. No Flask."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from study_server.models import Appearance, StudySession, Trial
from study_server.services.plans import PANEL_PLACE, places
from study_server.services.progress import open_trials
from study_server.services.window import WINDOW_TRIALS

N_AHEAD = WINDOW_TRIALS - 1
"""Trials whose images the browser may fetch before they are due."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrialView:
    """All a browser may know of a trial."""

    trial_id: str
    number: int
    """Within practice or within the main part, from 1."""
    n_trials: int
    """In practice, or in the main part."""
    phase: str
    """`practice` or `main`."""
    interlude: str | None
    """`practice`, `main` or `break`: what is said before this trial, if anything."""
    n_blocks_done: int
    n_blocks: int
    left_image_id: str
    right_image_id: str
    panel_image_ids: tuple[str, ...]
    upcoming_image_ids: tuple[str, ...]


def serve_trial(
    db: Session, session: StudySession, *, served_at: datetime
) -> TrialView | None:
    """What the browser shows now; the same until the trial is answered."""
    due = db.scalars(open_trials(session).limit(1 + N_AHEAD)).all()
    if not due:
        return None
    trial = due[0]
    session.last_seen_at = served_at
    trial.first_served_at = trial.first_served_at or served_at
    images = image_ids(db, due)
    blocks = _block_of_each_trial(db, session)
    phase = [
        index for index, block in enumerate(blocks) if _is_same_phase(block, trial)
    ]
    return TrialView(
        trial_id=trial.trial_id,
        number=phase.index(trial.trial_index) + 1,
        n_trials=len(phase),
        phase="practice" if trial.block_index is None else "main",
        interlude=_interlude(trial, blocks),
        n_blocks_done=trial.block_index or 0,
        n_blocks=len(set(blocks) - {None}),
        left_image_id=images[0]["left"],
        right_image_id=images[0]["right"],
        panel_image_ids=tuple(
            image_id
            for place, image_id in images[0].items()
            if place.startswith(PANEL_PLACE)
        ),
        upcoming_image_ids=tuple(i for later in images[1:] for i in later.values()),
    )


def image_ids(db: Session, trials: Sequence[Trial]) -> list[dict[str, str]]:
    """For each trial place to image_id: panel in reading order, then left, then right.

    One query for all, since every trial that is shown waits for it.
    """
    query = select(Appearance.trial_id, Appearance.place, Appearance.image_id)
    rows = db.execute(
        query.where(Appearance.trial_id.in_([t.trial_id for t in trials]))
    )
    found = {(trial_id, place): image_id for trial_id, place, image_id in rows}
    return [
        {place: found[trial.trial_id, place] for place in places(trial)}
        for trial in trials
    ]


def _block_of_each_trial(db: Session, session: StudySession) -> Sequence[int | None]:
    """By trial_index; None in practice."""
    return db.scalars(
        select(Trial.block_index)
        .where(Trial.session_id == session.session_id)
        .order_by(Trial.trial_index)
    ).all()


def _is_same_phase(block_index: int | None, trial: Trial) -> bool:
    return (block_index is None) == (trial.block_index is None)


def _interlude(trial: Trial, blocks: Sequence[int | None]) -> str | None:
    if trial.trial_index == 0:
        return "practice"
    before = blocks[trial.trial_index - 1]
    if before == trial.block_index:
        return None
    return "main" if before is None else "break"
