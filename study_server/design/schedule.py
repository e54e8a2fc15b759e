"""The whole plan of one session, drawn once from its random source. Pure."""

from collections import Counter
from collections.abc import Iterator
from random import Random

from study_server.bundle import Bundle
from study_server.design.blocks import Block, blocks_of
from study_server.design.catch import CatchTrials
from study_server.design.counts import catch_per_block
from study_server.design.draw import Draw, repeated
from study_server.design.fit import main_features
from study_server.design.planned import HasPlanParts, PlannedTrial
from study_server.design.practice import practice_trials
from study_server.design.sides import SIDES, extra_side
from study_server.design.slots import Slot, slot_of

DESIGN_VERSION = 2
"""Raised when the same random seed would give another plan."""


def draw_plan(
    parts: HasPlanParts, bundle: Bundle, *, slot_index: int, rng: Random
) -> tuple[PlannedTrial, ...]:
    """All trials of a session in order: practice, then block by block.

    Args:
        rng: a generator freshly seeded; the same seed gives the same plan.
    """
    draw = Draw(parts=parts, bundle=bundle, rng=rng)
    slot = slot_of(parts.design, slot_index)
    blocks = blocks_of(parts.design, main_features(parts, bundle), slot)
    conditions = [block.condition for block in blocks]
    plan = list(practice_trials(draw, conditions))
    n_catch = catch_per_block(
        parts.catch, parts.design, conditions=conditions, rotation=slot.number
    )
    catch_sides = draw.sides(sum(n_catch), extra=SIDES[slot.number % 2])
    catch = CatchTrials(draw, catch_sides)
    sides = _sides_by_condition(draw, blocks, slot)
    shown: list[PlannedTrial] = []
    for block_index, block in enumerate(blocks):
        main = _main_trials(draw, block, block_index, sides[block.condition])
        shown += main
        plan += catch.placed(main, n_catch[block_index])
        if block.condition not in conditions[block_index + 1 :]:
            plan += _repeats(draw, shown, block.condition, block_index, slot)
    return tuple(plan)


def _sides_by_condition(
    draw: Draw, blocks: tuple[Block, ...], slot: Slot
) -> dict[str, Iterator[str]]:
    """The sides of each condition's main trials, balanced over all its blocks."""
    n_trials: Counter[str] = Counter()
    for block in blocks:
        n_trials[block.condition] += sum(
            len(draw.rotation(m.feature)[m.rotation_index]) for m in block.meetings
        )
    names = (*draw.parts.design.conditions, *n_trials)
    return {
        condition: iter(draw.sides(n, extra=_extra(slot, names.index(condition))))
        for condition, n in n_trials.items()
    }


def _extra(slot: Slot, condition: int) -> str:
    """The side an odd count favours; it mirrors in the next slot of the same list."""
    return extra_side(
        list_index=slot.cell.list_index, batch_index=slot.turn, block_index=condition
    )


def _main_trials(
    draw: Draw, block: Block, block_index: int, sides: Iterator[str]
) -> list[PlannedTrial]:
    """The main trials of a block; those of one feature stay together."""
    meetings = list(block.meetings)
    draw.rng.shuffle(meetings)
    trials = []
    for feature, rotation_index in meetings:
        rotation = draw.rotation(feature)
        items = list(rotation[rotation_index])
        draw.rng.shuffle(items)
        trials += [
            draw.trial(
                item,
                feature,
                block.condition,
                next(sides),
                trial_kind="main",
                block_index=block_index,
            )
            for item in items
        ]
    return trials


def _repeats(
    draw: Draw,
    shown: list[PlannedTrial],
    condition: str,
    block_index: int,
    slot: Slot,
) -> Iterator[PlannedTrial]:
    """Some main trials of a condition once more, with new sides."""
    n_repeats = draw.parts.main.n_repeats
    if n_repeats == 0:
        return
    of_condition = [trial for trial in shown if trial.condition == condition]
    chosen = draw.rng.sample(of_condition, min(n_repeats, len(of_condition)))
    sides = draw.sides(len(chosen), extra=SIDES[slot.number % 2])
    for trial, side in zip(chosen, sides, strict=True):
        yield repeated(trial, block_index=block_index, side=side)
