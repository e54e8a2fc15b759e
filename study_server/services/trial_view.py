"""What a browser is told about the trials it holds, and nothing more. No Flask."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from study_server.models import Appearance, StudySession, Trial
from study_server.services.asked import note_first_serving
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
    held = [each.trial_id for each in held_trials(db, session)]
    if not held:
        return ()
    session.last_seen_at = served_at
    note_first_serving(db, held[0], served_at)
    planned = _all_in_order(db, session)
    images = served_images(db, held, length_of)
    return tuple(
        _view(at, planned, images[each.trial_id], name_of(each.condition))
        for at, each in enumerate(planned)
        if each.trial_id in images
    )


def served_images(
    db: Session, trial_ids: Sequence[str], length_of: LengthOf
) -> dict[str, PlacedImages]:
    """For each trial_id its images, by what they are for.

    One query for all, since every trial that is shown waits for it.
    """
    found: dict[str, dict[str, ServedImage]] = {each: {} for each in trial_ids}
    rows = db.execute(_APPEARANCES, {"trial_ids": trial_ids})
    for trial_id, place, stimulus_id, image_id in rows:
        n_bytes = length_of(stimulus_id, place)
        found[trial_id][place] = ServedImage(image_id, n_bytes)
    return {trial_id: images_by_place(images) for trial_id, images in found.items()}


class PlannedTrial(NamedTuple):
    """A trial of the session's plan, as far as its place in the session goes."""

    trial_id: str
    task: str
    condition: str
    block_index: int | None
    practice_round: int | None
    n_postponed: int


_PLANNED = (
    select(*(getattr(Trial, name) for name in PlannedTrial._fields))
    .where(Trial.session_id == bindparam("session_id"))
    .order_by(Trial.presentation_index)
)
_APPEARANCES = select(
    Appearance.trial_id, Appearance.place, Appearance.stimulus_id, Appearance.image_id
).where(Appearance.trial_id.in_(bindparam("trial_ids", expanding=True)))


def _all_in_order(db: Session, session: StudySession) -> Sequence[PlannedTrial]:
    """All trials of the session, in order of presentation."""
    rows = db.execute(_PLANNED, {"session_id": session.session_id})
    return [PlannedTrial._make(row) for row in rows]


def _view(
    at: int,
    planned: Sequence[PlannedTrial],
    images: PlacedImages,
    panel_name: str | None,
) -> TrialView:
    trial = planned[at]
    part = [each for each in planned if part_of(each) == part_of(trial)]
    return TrialView(
        trial_id=trial.trial_id,
        task=trial.task,
        number=part.index(trial) + 1,
        n_trials=len(part),
        phase=part_of(trial)[0],
        interlude=_interlude(planned, at),
        n_blocks_done=trial.block_index or 0,
        n_blocks=len({each.block_index for each in planned} - {None}),
        n_postponed=trial.n_postponed,
        panel_name=panel_name,
        images=images,
    )


def _interlude(planned: Sequence[PlannedTrial], at: int) -> str | None:
    phase, practice_round = part_of(planned[at])
    if at == 0 or part_of(planned[at - 1])[0] != phase:
        return phase
    if part_of(planned[at - 1])[1] != practice_round:
        return "practice_again"
    is_same_block = planned[at - 1].block_index == planned[at].block_index
    return None if is_same_block else "break"
