"""The sides of a session's main trials, balanced within each treatment. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence

from study_server.design.blocks import Block
from study_server.design.draw import Draw
from study_server.design.sides import extra_side
from study_server.design.slots import Slot
from study_server.design.treatments import Treatment, treatments_of


def sides_by_treatment(
    draw: Draw, blocks: Sequence[Block], slot: Slot
) -> dict[Treatment, Iterator[str]]:
    """The sides of each treatment's main trials, balanced over all its blocks."""
    n_trials: Counter[Treatment] = Counter()
    for block in blocks:
        n_trials[block.treatment] += sum(
            len(draw.rotation(m.feature)[m.rotation_index]) for m in block.meetings
        )
    names = (*treatments_of(draw.parts.design), *n_trials)
    return {
        treatment: iter(draw.sides(n, extra=_extra(slot, names.index(treatment))))
        for treatment, n in n_trials.items()
    }


def _extra(slot: Slot, number: int) -> str:
    """The side an odd count favours; it mirrors in the next slot of the same list.

    It alternates over the sizes of a condition's panels, so that the condition as a
    whole is balanced too.
    """
    return extra_side(
        list_index=slot.cell.list_index, batch_index=slot.turn, block_index=number
    )
