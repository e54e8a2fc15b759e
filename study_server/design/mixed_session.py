"""A session whose conditions are mixed within blocks (2.2). Pure."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from study_server.bundle import Feature
from study_server.design.blocks import Block, Meeting
from study_server.design.catch import CatchTrials
from study_server.design.draw import Draw
from study_server.design.mixing import (
    MAX_TRIES,
    catch_places,
    mixed_order,
    with_catch,
)
from study_server.design.planned import PlannedTrial
from study_server.design.session_sides import sides_by_treatment
from study_server.design.slots import Slot
from study_server.design.treatments import Treatment
from study_server.errors import DefinitionError


class Visit(NamedTuple):
    """A feature and what it is shown with."""

    treatment: Treatment
    meeting: Meeting

    @property
    def condition(self) -> str:
        """Of the treatment."""
        return self.treatment.condition


def mixed_trials(
    draw: Draw, blocks: Sequence[Block], slot: Slot
) -> Iterator[PlannedTrial]:
    """As many blocks as there are conditions, each with a share of all of them."""
    mixed = mixed_blocks(blocks, slot.turn)
    foils = draw.parts.design.foils
    catch = CatchTrials.of_session(
        draw,
        [any(v.treatment.is_caught(foils) for v in block) for block in mixed],
        slot,
    )
    sides = sides_by_treatment(draw, blocks, slot)
    before: list[str] = []
    for block_index, visits in enumerate(mixed):
        ordered, places = _arranged(draw, visits, catch.per_block[block_index], before)
        main = [
            _main_trial(draw, visit, block_index, next(sides[visit.treatment]))
            for visit in ordered
        ]
        for place, trial in enumerate(main):
            yield trial
            if place in places:
                yield catch.repeating(main[places[place]])
        before += with_catch([visit.condition for visit in ordered], places)


def mixed_blocks(blocks: Sequence[Block], turn: int) -> list[list[Visit]]:
    """The meetings of all blocks dealt out again, so that each new block has its share.

    Where a feature stands in the session changes from turn to turn.
    """
    shortest = min(len(block.meetings) for block in blocks)
    n_blocks = max(1, min(len(blocks), shortest))
    mixed: list[list[Visit]] = [[] for _ in range(n_blocks)]
    for number, block in enumerate(blocks):
        for rank, meeting in enumerate(block.meetings):
            visit = Visit(block.treatment, meeting)
            mixed[(rank + number + turn) % n_blocks].append(visit)
    return mixed


def _arranged(
    draw: Draw, visits: Sequence[Visit], n_catch: int, before: Sequence[str]
) -> tuple[list[Visit], dict[int, int]]:
    """An order of the visits, and after which of them which one is repeated."""
    foils = draw.parts.design.foils
    names = [visit.condition for visit in visits]
    for _ in range(MAX_TRIES):
        order = mixed_order(names, before, draw.rng)
        ordered = [visits[place] for place in order]
        places = catch_places(
            [visit.condition for visit in ordered],
            [visit.treatment.is_caught(foils) for visit in ordered],
            n_catch,
            before,
            draw.rng,
        )
        if places is not None:
            return ordered, dict(places)
    raise DefinitionError(
        f"{n_catch} catch trials do not fit between {len(visits)} trials of mixed "
        "conditions; lower the number of catch trials, or set design.order = 'blocked'"
    )


def _main_trial(draw: Draw, visit: Visit, block_index: int, side: str) -> PlannedTrial:
    feature: Feature = visit.meeting.feature
    (item,) = draw.rotation(feature)[visit.meeting.rotation_index]
    return draw.trial(
        item,
        feature,
        visit.treatment,
        side,
        trial_kind="main",
        block_index=block_index,
    )
