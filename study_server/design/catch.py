"""Catch trials: what they show and where they stand. Pure."""

from collections.abc import Iterator
from itertools import count
from typing import Self

from study_server.bundle import Feature
from study_server.design.conditions import (
    negative_panel_stimulus_ids,
    panel_stimulus_ids,
)
from study_server.design.counts import catch_per_block
from study_server.design.draw import Draw
from study_server.design.items import Item, all_items
from study_server.design.planned import PlannedTrial
from study_server.design.sides import SIDES
from study_server.design.slots import Slot


class CatchTrials:
    """The catch trials of one session, made one after another."""

    def __init__(self, draw: Draw, per_block: list[int], sides: list[str]) -> None:
        self.draw = draw
        self.per_block = per_block
        self.sides = iter(sides)
        self.numbers = count()
        self.features = {f.feature_id: f for f in draw.bundle.features}

    @classmethod
    def of_session(cls, draw: Draw, can_have: list[bool], slot: Slot) -> Self:
        """Their numbers and sides.

        Args:
            can_have: for each block whether there is a panel that they can show.
        """
        parts = draw.parts
        per_block = catch_per_block(
            parts.catch, parts.design, can_have=can_have, rotation=slot.number
        )
        sides = draw.sides(sum(per_block), extra=SIDES[slot.number % 2])
        return cls(draw, per_block, sides)

    def placed(self, main: list[PlannedTrial], n_catch: int) -> Iterator[PlannedTrial]:
        """A block with its catch trials, each after a main trial of its own.

        So none is first and no two are neighbours. Without features of its own a catch
        trial repeats the panel of a feature whose main trial is over: it can teach
        nothing that is still asked.
        """
        after = set(self.draw.rng.sample(range(len(main)), n_catch))
        unused: list[PlannedTrial] = []
        for index, trial in enumerate(main):
            yield trial
            unused.append(trial)
            if index in after:
                shown = unused.pop(self.draw.rng.randrange(len(unused)))
                yield self.repeating(shown)

    def repeating(self, shown: PlannedTrial) -> PlannedTrial:
        """The next catch trial, with the panel of a main trial or one of its size."""
        easy = self.draw.parts.catch.features
        name = easy[next(self.numbers) % len(easy)] if easy else shown.feature_id
        feature = self.features[name]
        is_tile = self.draw.parts.design.task == "two_alternative"
        item = self._tile_item(feature, shown) if is_tile else self._easy_item(feature)
        return self.draw.trial(
            item,
            feature,
            shown.treatment,
            next(self.sides),
            trial_kind="catch",
            block_index=shown.block_index,
        )

    def _easy_item(self, feature: Feature) -> Item:
        items = all_items(self.draw.parts.design, self.draw.bundle, feature)
        return self.draw.rng.choice(items)

    def _tile_item(self, feature: Feature, shown: PlannedTrial) -> Item:
        """One option is a tile of the panel, the other a photograph not met before,
        or the last tile of the second panel, where there is one.

        (Met before only if the bundle has no second pair of the feature.)
        """
        design, rng = self.draw.parts.design, self.draw.rng
        n_tiles = len(shown.panel_stimulus_ids)
        tiles = panel_stimulus_ids(shown.condition, feature, n_tiles=n_tiles)
        is_last = self.draw.parts.catch.tile == "last"
        target = tiles[-1] if is_last else rng.choice(tiles)
        items = all_items(design, self.draw.bundle, feature)
        asked = [i.query_pair_id for i in items]
        used = asked.index(shown.query_pair_id) if shown.query_pair_id in asked else -1
        distractor = items[(used + 1) % len(items)].distractor_stimulus_id
        if design.has_negative_panel and is_last:
            negative = negative_panel_stimulus_ids(
                shown.condition, feature, n_tiles=n_tiles
            )
            if negative[-1] not in tiles:  # as seed images would be
                distractor = negative[-1]
        return Item(
            feature_id=feature.feature_id,
            target_stimulus_id=target,
            distractor_stimulus_id=distractor,
        )
