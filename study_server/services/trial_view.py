"""What a browser is told about the trials it holds, and nothing more. No Flask."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from study_server.models import Appearance, StudySession, Trial
from study_server.services.asked import note_first_serving
from study_server.services.places import PlacedImages, ServedImage, images_by_place
from study_server.services.progress import Part, part_of
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


def hold_trials(
    db: Session, session: StudySession, *, served_at: datetime
) -> tuple[str, ...]:
    """Let the browser have the trial that is due and those after it.

    Returns:
        Their trial_ids, the same until the first is answered; none when all are.
    """
    held = tuple(each.trial_id for each in held_trials(db, session))
    if held:
        session.last_seen_at = served_at
        note_first_serving(db, held[0], served_at)
    return held


def view_trials(
    db: Session,
    session_id: str,
    trial_ids: Sequence[str],
    *,
    length_of: LengthOf,
    name_of: NameOf,
) -> tuple[TrialView, ...]:
    """What is told of trials that `hold_trials` gave, in its order.

    What was planned stays planned, so that nobody who writes needs to wait for this.

    Args:
        trial_ids: those that were erased since are left out.
        length_of: bytes a browser gets for a stimulus_id in a place.
        name_of: words for a condition, where participants are told it.
    """
    planned = _all_in_order(db, session_id)
    served = served_images(db, trial_ids, length_of)
    views = {view.trial_id: view for view in _views(planned, served, name_of)}
    return tuple(views[each] for each in trial_ids if each in views)


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


def _all_in_order(db: Session, session_id: str) -> Sequence[PlannedTrial]:
    """All trials of the session, in order of presentation."""
    rows = db.execute(_PLANNED, {"session_id": session_id})
    return [PlannedTrial._make(row) for row in rows]


def _views(
    planned: Sequence[PlannedTrial], held: Mapping[str, PlacedImages], name_of: NameOf
) -> Iterator[TrialView]:
    """The held trials, each by its place in the whole session."""
    parts = [part_of(each) for each in planned]
    n_trials = Counter(parts)
    n_reached = Counter[Part]()
    n_blocks = len({each.block_index for each in planned} - {None})
    for at, (trial, part) in enumerate(zip(planned, parts, strict=True)):
        n_reached[part] += 1
        if trial.trial_id not in held:
            continue
        yield TrialView(
            trial_id=trial.trial_id,
            task=trial.task,
            number=n_reached[part],
            n_trials=n_trials[part],
            phase=part[0],
            interlude=_interlude(planned, parts, at),
            n_blocks_done=trial.block_index or 0,
            n_blocks=n_blocks,
            n_postponed=trial.n_postponed,
            panel_name=name_of(trial.condition),
            images=held[trial.trial_id],
        )


def _interlude(
    planned: Sequence[PlannedTrial], parts: Sequence[Part], at: int
) -> str | None:
    phase, practice_round = parts[at]
    if at == 0 or parts[at - 1][0] != phase:
        return phase
    if parts[at - 1][1] != practice_round:
        return "practice_again"
    is_same_block = planned[at - 1].block_index == planned[at].block_index
    return None if is_same_block else "break"
