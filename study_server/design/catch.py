"""Catch trials: what they show and where they stand. Pure."""

from collections.abc import Iterator
from itertools import count

from study_server.bundle import Feature
from study_server.design.conditions import (
    negative_panel_stimulus_ids,
    panel_stimulus_ids,
)
from study_server.design.draw import Draw
from study_server.design.items import Item, all_items
from study_server.design.planned import PlannedTrial


class CatchTrials:
    """The catch trials of one session, made one after another."""

    def __init__(self, draw: Draw, sides: list[str]) -> None:
        self.draw = draw
        self.sides = iter(sides)
        self.numbers = count()
        self.features = {f.feature_id: f for f in draw.bundle.features}

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
                yield self._trial(shown)

    def _trial(self, shown: PlannedTrial) -> PlannedTrial:
        easy = self.draw.parts.catch.features
        name = easy[next(self.numbers) % len(easy)] if easy else shown.feature_id
        feature = self.features[name]
        is_tile = self.draw.parts.design.task == "two_alternative"
        item = self._tile_item(feature, shown) if is_tile else self._easy_item(feature)
        return self.draw.trial(
            item,
            feature,
            shown.condition,
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
        tiles = panel_stimulus_ids(
            shown.condition, feature, n_tiles=design.n_panel_tiles
        )
        is_last = self.draw.parts.catch.tile == "last"
        target = tiles[-1] if is_last else rng.choice(tiles)
        items = all_items(design, self.draw.bundle, feature)
        asked = [i.query_pair_id for i in items]
        used = asked.index(shown.query_pair_id) if shown.query_pair_id in asked else -1
        distractor = items[(used + 1) % len(items)].distractor_stimulus_id
        if design.has_negative_panel and is_last:
            distractor = negative_panel_stimulus_ids(
                shown.condition, feature, n_tiles=design.n_panel_tiles
            )[-1]
        return Item(
            feature_id=feature.feature_id,
            target_stimulus_id=target,
            distractor_stimulus_id=distractor,
        )
