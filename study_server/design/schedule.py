"""The whole plan of one session, drawn once from its random source. Pure."""

from collections.abc import Iterator, Sequence
from random import Random

from study_server.bundle import Bundle
from study_server.design.blocks import Block, blocks_of
from study_server.design.catch import CatchTrials
from study_server.design.draw import Draw, repeated
from study_server.design.fit import main_features
from study_server.design.mixed_session import mixed_trials
from study_server.design.planned import HasPlanParts, PlannedTrial
from study_server.design.practice import practice_trials
from study_server.design.session_sides import sides_by_treatment
from study_server.design.sides import SIDES
from study_server.design.slots import Slot, slot_of
from study_server.design.treatments import Treatment

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
    practice = practice_trials(draw, [block.treatment for block in blocks])
    main = mixed_trials if parts.design.order == "mixed" else _blocked_trials
    return (*practice, *main(draw, blocks, slot))


def _blocked_trials(
    draw: Draw, blocks: Sequence[Block], slot: Slot
) -> Iterator[PlannedTrial]:
    """One treatment after the other."""
    treatments = [block.treatment for block in blocks]
    foils = draw.parts.design.foils
    can_have = [treatment.is_caught(foils) for treatment in treatments]
    catch = CatchTrials.of_session(draw, can_have, slot)
    sides = sides_by_treatment(draw, blocks, slot)
    shown: list[PlannedTrial] = []
    for block_index, block in enumerate(blocks):
        main = _main_trials(draw, block, block_index, sides[block.treatment])
        shown += main
        yield from catch.placed(main, catch.per_block[block_index])
        if block.treatment not in treatments[block_index + 1 :]:
            yield from _repeats(draw, shown, block.treatment, block_index, slot)


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
                block.treatment,
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
    treatment: Treatment,
    block_index: int,
    slot: Slot,
) -> Iterator[PlannedTrial]:
    """Some main trials of a treatment once more, with new sides."""
    n_repeats = draw.parts.main.n_repeats
    if n_repeats == 0:
        return
    alike = [trial for trial in shown if trial.treatment == treatment]
    chosen = draw.rng.sample(alike, min(n_repeats, len(alike)))
    sides = draw.sides(len(chosen), extra=SIDES[slot.number % 2])
    for trial, side in zip(chosen, sides, strict=True):
        yield repeated(trial, block_index=block_index, side=side)
