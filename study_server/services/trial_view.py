"""What a browser is told about the trials it holds, and nothing more. No Flask."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from study_server.models import Appearance, StudySession, Trial
from study_server.services.places import PlacedImages, ServedImage, images_by_place
from study_server.services.progress import part_of
from study_server.services.window import held_trials

LengthOf = Callable[[str, str], int]
NameOf = Callable[[str], str | None]
"""A condition to what the participant is told it is called, if told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrialView:
    """All a browser may know of a trial."""

    trial_id: str
    task: str
    number: int
    """Within this round of practice or within the main part, from 1."""
    n_trials: int
    """In this round of practice, or in the main part."""
    phase: str
    """`practice` or `main`."""
    interlude: str | None
    """`practice`, `practice_again`, `main` or `break`: what is said before it."""
    n_blocks_done: int
    n_blocks: int
    n_postponed: int
    panel_name: str | None
    """What its condition is called, where conditions are mixed."""
    images: PlacedImages


def serve_trials(
    db: Session,
    session: StudySession,
    *,
    served_at: datetime,
    length_of: LengthOf,
    name_of: NameOf,
) -> tuple[TrialView, ...]:
    """The trial that is due, the same until it is answered, and those after it.

    Args:
        length_of: bytes a browser gets for a stimulus_id in a place.
        name_of: words for a condition, where participants are told it.

    Returns:
        None when all is answered.
    """
    held = held_trials(db, session)
    if not held:
        return ()
    session.last_seen_at = served_at
    held[0].first_served_at = held[0].first_served_at or served_at
    trials = _all_in_order(db, session)
    images = served_images(db, held, length_of)
    return tuple(
        _view(trial, trials, images[trial.trial_id], name_of(trial.condition))
        for trial in held
    )


def served_images(
    db: Session, trials: Sequence[Trial], length_of: LengthOf
) -> dict[str, PlacedImages]:
    """For each trial_id its images, by what they are for.

    One query for all, since every trial that is shown waits for it.
    """
    found: dict[str, dict[str, ServedImage]] = {t.trial_id: {} for t in trials}
    for each in db.scalars(select(Appearance).where(Appearance.trial_id.in_(found))):
        n_bytes = length_of(each.stimulus_id, each.place)
        found[each.trial_id][each.place] = ServedImage(each.image_id, n_bytes)
    return {trial_id: images_by_place(images) for trial_id, images in found.items()}


def _view(
    trial: Trial,
    trials: Sequence[Trial],
    images: PlacedImages,
    panel_name: str | None,
) -> TrialView:
    part = [each for each in trials if part_of(each) == part_of(trial)]
    return TrialView(
        trial_id=trial.trial_id,
        task=trial.task,
        number=part.index(trial) + 1,
        n_trials=len(part),
        phase=part_of(trial)[0],
        interlude=_interlude(trials, trials.index(trial)),
        n_blocks_done=trial.block_index or 0,
        n_blocks=len({each.block_index for each in trials} - {None}),
        n_postponed=trial.n_postponed,
        panel_name=panel_name,
        images=images,
    )


def _all_in_order(db: Session, session: StudySession) -> Sequence[Trial]:
    """All trials of the session, in order of presentation."""
    return db.scalars(
        select(Trial)
        .where(Trial.session_id == session.session_id)
        .order_by(Trial.presentation_index)
    ).all()


def _interlude(trials: Sequence[Trial], at: int) -> str | None:
    trial = trials[at]
    phase, practice_round = part_of(trial)
    if at == 0 or part_of(trials[at - 1])[0] != phase:
        return phase
    if part_of(trials[at - 1])[1] != practice_round:
        return "practice_again"
    return None if trials[at - 1].block_index == trial.block_index else "break"
