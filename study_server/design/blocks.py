"""Which features meet which treatment in a slot, block by block. Pure, no chance.

Everything here follows from the slot alone, so that what the laws promise over many
slots cannot be lost by a draw.
"""

from collections.abc import Sequence
from typing import NamedTuple

from study_server.bundle import Feature
from study_server.design.assignment import condition_index, williams_sequences
from study_server.design.counts import n_foils_in, n_none_per_set
from study_server.design.parts.design import DesignPart
from study_server.design.slots import WITHOUT_PANELS, Slot
from study_server.design.treatments import (
    WITHOUT_PANEL,
    Treatment,
    foil_treatment,
    sequenced_treatments,
    treatments_of,
)


class Meeting(NamedTuple):
    """A feature in a block."""

    feature: Feature
    rotation_index: int
    """Which of its sets of items is asked."""


class Block(NamedTuple):
    """Trials of one treatment in a row."""

    treatment: Treatment
    meetings: tuple[Meeting, ...]


def blocks_of(
    design: DesignPart, features: Sequence[Feature], slot: Slot
) -> tuple[Block, ...]:
    """The blocks of a session in order, before any are mixed.

    Args:
        features: of the main trials.
    """
    if slot.group == WITHOUT_PANELS:
        return _without_panels(design, features, slot)
    if design.crossing == "between":
        return _between(design, features, slot)
    if design.crossing == "all":
        return _all(design, features, slot)
    return _lists(design, features, slot)


def deal_features(
    features: Sequence[Feature], n_sets: int
) -> tuple[tuple[Feature, ...], ...]:
    """Features in K sets, each with its share of every layer."""
    ranked = sorted(features, key=lambda feature: feature.layer)  # stable
    return tuple(tuple(ranked[first::n_sets]) for first in range(n_sets))


def _meetings(
    features: Sequence[Feature], offset: int, n_rotations: int
) -> list[Meeting]:
    """Each feature with its set of items, by its rank."""
    return [
        Meeting(feature, (offset + rank) % n_rotations)
        for rank, feature in enumerate(features)
    ]


def _lists(
    design: DesignPart, features: Sequence[Feature], slot: Slot
) -> tuple[Block, ...]:
    """Each feature once, each treatment with one set of features: a Latin square."""
    treatments = treatments_of(design)
    n_sets = len(treatments)
    blocks: list[Block] = []
    bare: list[Meeting] = []
    foiled: list[Meeting] = []
    sets = deal_features(features, n_sets)
    for index in williams_sequences(n_sets)[slot.cell.sequence_index]:
        set_index = _set_with(index, slot.cell.list_index, n_sets)
        meetings = _meetings(sets[set_index], slot.cell.pair_offset, design.n_rotations)
        # the slot's turn decides which features go without a panel
        n_none = n_none_per_set(design, n_per_set=len(meetings))
        taken, kept = _taken(meetings, n_none, first=slot.turn * n_none)
        bare += taken
        n_foils = _foils_of_set(design, len(features), n_sets, set_index, slot)
        taken, kept = _taken(kept, n_foils, first=slot.turn // 2 // n_sets)
        foiled += taken
        blocks.append(Block(treatments[index], tuple(kept)))
    if bare:
        place = slot.turn % (len(blocks) + 1)
        blocks.insert(place, Block(WITHOUT_PANEL, tuple(bare)))
    if foiled:
        place = (slot.turn + 1) % (len(blocks) + 1)
        foil = foil_treatment(design, slot.turn)
        blocks.insert(place, Block(foil, tuple(foiled)))
    return tuple(blocks)


def _foils_of_set(
    design: DesignPart, n_features: int, n_sets: int, set_index: int, slot: Slot
) -> int:
    """How many features of a set are shown with a foil: the sets take turns.

    Two turns in a row take from the same sets, so that odd counts mirror.
    """
    first = slot.turn // 2
    taken_from = [
        (first + number) % n_sets for number in range(n_foils_in(design, n_features))
    ]
    return taken_from.count(set_index)


def _taken(
    meetings: list[Meeting], n_taken: int, *, first: int
) -> tuple[list[Meeting], list[Meeting]]:
    """So many meetings from a place on, going round, and the others."""
    places = {(first + i) % len(meetings) for i in range(n_taken)}
    return (
        [m for rank, m in enumerate(meetings) if rank in places],
        [m for rank, m in enumerate(meetings) if rank not in places],
    )


def _without_panels(
    design: DesignPart, features: Sequence[Feature], slot: Slot
) -> tuple[Block, ...]:
    """Each feature once, never a panel, in as many blocks as there are treatments."""
    if design.crossing == "between":
        meetings = _round_and_round(design, features, slot.turn)
        return (Block(WITHOUT_PANEL, tuple(meetings)),)
    sets = deal_features(features, len(treatments_of(design)))
    return tuple(
        Block(
            WITHOUT_PANEL,
            tuple(_meetings(each, slot.cell.pair_offset, design.n_rotations)),
        )
        for each in sets
        if each
    )


def _between(
    design: DesignPart, features: Sequence[Feature], slot: Slot
) -> tuple[Block, ...]:
    """One treatment in one block."""
    treatment = treatments_of(design)[slot.cell.list_index]
    return (Block(treatment, tuple(_round_and_round(design, features, slot.turn))),)


def _round_and_round(
    design: DesignPart, features: Sequence[Feature], turn: int
) -> list[Meeting]:
    """The features in turn, going on where the turn before left off."""
    (ranked,) = deal_features(features, 1)
    n_shown = design.n_features_per_session or len(ranked)
    meetings = []
    for shown in range(turn * n_shown, (turn + 1) * n_shown):
        times_before, rank = divmod(shown, len(ranked))
        rotation_index = (times_before + rank) % design.n_rotations
        meetings.append(Meeting(ranked[rank], rotation_index))
    return meetings


def _all(
    design: DesignPart, features: Sequence[Feature], slot: Slot
) -> tuple[Block, ...]:
    """Each feature in each treatment, with another set of items each time."""
    (ranked,) = deal_features(features, 1)
    ordered = sequenced_treatments(design)
    sequence = williams_sequences(len(ordered))[slot.cell.sequence_index]
    offset = slot.cell.pair_offset

    def meetings(treatment: Treatment) -> list[Meeting]:
        shift = treatments_of(design).index(treatment)
        return _meetings(ranked, offset + shift, design.n_rotations)

    blocks = [Block(ordered[i], tuple(meetings(ordered[i]))) for i in sequence]
    if not design.is_none_around:
        return tuple(blocks)
    bare = meetings(WITHOUT_PANEL)
    turned = slot.number % 2  # whose features come before changes from slot to slot
    before, after = bare[turned::2], bare[1 - turned :: 2]
    return (
        Block(WITHOUT_PANEL, tuple(before)),
        *blocks,
        Block(WITHOUT_PANEL, tuple(after)),
    )


def _set_with(condition: int, list_index: int, n_sets: int) -> int:
    return next(
        s
        for s in range(n_sets)
        if condition_index(s, list_index=list_index, n_conditions=n_sets) == condition
    )
