"""Which features meet which condition in a slot, block by block. Pure, no chance.

Everything here follows from the slot alone, so that what the laws promise over many
slots cannot be lost by a draw.
"""

from collections.abc import Sequence
from typing import NamedTuple

from study_server.bundle import Feature
from study_server.design.assignment import condition_index, williams_sequences
from study_server.design.conditions import NO_PANEL
from study_server.design.counts import n_none_per_set
from study_server.design.parts.design import DesignPart
from study_server.design.slots import (
    WITHOUT_PANELS,
    Slot,
    sequenced_conditions,
)


class Meeting(NamedTuple):
    """A feature in a block."""

    feature: Feature
    rotation_index: int
    """Which of its sets of items is asked."""


class Block(NamedTuple):
    """Trials of one condition in a row."""

    condition: str
    meetings: tuple[Meeting, ...]


def blocks_of(
    design: DesignPart, features: Sequence[Feature], slot: Slot
) -> tuple[Block, ...]:
    """The blocks of a session in order.

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
    """Each feature once, each condition with one set of features: a Latin square."""
    n_sets = len(design.conditions)
    blocks: list[Block] = []
    bare: list[Meeting] = []
    sets = deal_features(features, n_sets)
    for condition in williams_sequences(n_sets)[slot.cell.sequence_index]:
        set_index = _set_with(condition, slot.cell.list_index, n_sets)
        meetings = _meetings(sets[set_index], slot.cell.pair_offset, design.n_rotations)
        n_none = n_none_per_set(design, n_per_set=len(meetings))
        # the slot's turn decides which features go without a panel
        first = slot.turn * n_none
        taken = {(first + i) % len(meetings) for i in range(n_none)}
        bare += [m for rank, m in enumerate(meetings) if rank in taken]
        kept = [m for rank, m in enumerate(meetings) if rank not in taken]
        blocks.append(Block(design.conditions[condition], tuple(kept)))
    if bare:
        place = slot.turn % (len(blocks) + 1)
        blocks.insert(place, Block(NO_PANEL, tuple(bare)))
    return tuple(blocks)


def _without_panels(
    design: DesignPart, features: Sequence[Feature], slot: Slot
) -> tuple[Block, ...]:
    """Each feature once, never a panel, in as many blocks as there are conditions."""
    if design.crossing == "between":
        meetings = _round_and_round(design, features, slot.turn)
        return (Block(NO_PANEL, tuple(meetings)),)
    sets = deal_features(features, len(design.conditions))
    return tuple(
        Block(
            NO_PANEL,
            tuple(_meetings(each, slot.cell.pair_offset, design.n_rotations)),
        )
        for each in sets
        if each
    )


def _between(
    design: DesignPart, features: Sequence[Feature], slot: Slot
) -> tuple[Block, ...]:
    """One condition in one block."""
    condition = design.conditions[slot.cell.list_index]
    return (Block(condition, tuple(_round_and_round(design, features, slot.turn))),)


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
    """Each feature in each condition, with another set of items each time."""
    (ranked,) = deal_features(features, 1)
    ordered = sequenced_conditions(design)
    sequence = williams_sequences(len(ordered))[slot.cell.sequence_index]
    offset = slot.cell.pair_offset

    def meetings(condition: str) -> list[Meeting]:
        shift = design.conditions.index(condition)
        return _meetings(ranked, offset + shift, design.n_rotations)

    blocks = [Block(ordered[i], tuple(meetings(ordered[i]))) for i in sequence]
    if not design.is_none_around:
        return tuple(blocks)
    bare = meetings(NO_PANEL)
    turned = slot.number % 2  # whose features come before changes from slot to slot
    before, after = bare[turned::2], bare[1 - turned :: 2]
    return (
        Block(NO_PANEL, tuple(before)),
        *blocks,
        Block(NO_PANEL, tuple(after)),
    )


def _set_with(condition: int, list_index: int, n_sets: int) -> int:
    return next(
        s
        for s in range(n_sets)
        if condition_index(s, list_index=list_index, n_conditions=n_sets) == condition
    )
