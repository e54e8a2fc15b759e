"""The whole plan of one session, drawn once from its random source. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from study_server.bundle import STRATA, Bundle, Feature, QueryPair
from study_server.design.assignment import (
    assign_cell,
    condition_index,
    williams_sequences,
)
from study_server.design.conditions import panel_stimulus_ids
from study_server.design.definition import DesignPart
from study_server.design.fit import main_features
from study_server.design.sides import SIDES, balanced_sides, extra_side

DESIGN_VERSION = 1
"""Raised when the same random seed would give another plan."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedTrial:
    """What one trial shows, and which option is right."""

    block_index: int | None
    trial_kind: str
    condition: str
    feature_id: str
    query_pair_id: str | None
    stratum: str | None
    activation_gap: float | None
    target_stimulus_id: str
    distractor_stimulus_id: str
    correct_option: str
    panel_stimulus_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Draw:
    design: DesignPart
    bundle: Bundle
    rng: Random

    def panel(self, condition: str, feature: Feature) -> tuple[str, ...]:
        n_tiles = self.design.n_panel_tiles
        return panel_stimulus_ids(condition, feature, n_tiles=n_tiles)


def draw_plan(
    design: DesignPart, bundle: Bundle, *, slot_index: int, rng: Random
) -> tuple[PlannedTrial, ...]:
    """All trials of a session in order: practice, then one block per condition.

    Args:
        rng: a generator freshly seeded; the same seed gives the same plan.
    """
    draw = _Draw(design=design, bundle=bundle, rng=rng)
    cell = assign_cell(
        slot_index,
        n_conditions=len(design.conditions),
        n_query_pairs=design.n_query_pairs,
    )
    batch_index = slot_index // len(design.conditions)
    sets = deal_features(main_features(design, bundle), len(design.conditions))
    order = williams_sequences(len(design.conditions))[cell.sequence_index]
    plan = [*_practice(draw, order)]
    catch_sides = iter(_catch_sides(draw, batch_index + cell.list_index))
    for block_index, condition in enumerate(order):
        set_index = _set_with(condition, cell.list_index, len(sets))
        sides = balanced_sides(
            len(sets[set_index]),
            extra=extra_side(
                list_index=cell.list_index,
                batch_index=batch_index,
                block_index=condition,
            ),
            rng=rng,
        )
        main = [
            _pair_trial(draw, block_index, condition, feature, pair, side)
            for (feature, pair), side in zip(
                _features_with_pairs(draw, sets[set_index], cell.pair_offset),
                sides,
                strict=True,
            )
        ]
        plan += _with_catch_trials(draw, main, catch_sides)
    return tuple(plan)


def deal_features(
    features: Sequence[Feature], n_sets: int
) -> tuple[tuple[Feature, ...], ...]:
    """Features in K sets, each with its share of every layer."""
    ranked = sorted(features, key=lambda feature: feature.layer)  # stable
    return tuple(tuple(ranked[first::n_sets]) for first in range(n_sets))


def rotating_pairs(
    bundle: Bundle, feature_id: str, n_query_pairs: int
) -> tuple[QueryPair, ...]:
    """The first pairs of a feature in the order of the strata.

    So that the same place in the rotation means, as far as the bundle allows, the
    same stratum for every feature.
    """
    pairs = bundle.pairs_of(feature_id)[:n_query_pairs]
    return tuple(sorted(pairs, key=lambda pair: STRATA.index(pair.stratum)))


def _set_with(condition: int, list_index: int, n_sets: int) -> int:
    return next(
        s
        for s in range(n_sets)
        if condition_index(s, list_index=list_index, n_conditions=n_sets) == condition
    )


def _features_with_pairs(
    draw: _Draw, features: Sequence[Feature], pair_offset: int
) -> list[tuple[Feature, QueryPair]]:
    """One pair for each feature, by its rank in the set, in a random order."""
    n_pairs = draw.design.n_query_pairs
    chosen = [
        (
            feature,
            rotating_pairs(draw.bundle, feature.feature_id, n_pairs)[
                (pair_offset + rank) % n_pairs
            ],
        )
        for rank, feature in enumerate(features)
    ]
    draw.rng.shuffle(chosen)
    return chosen


def _pair_trial(
    draw: _Draw,
    block_index: int | None,
    condition: int,
    feature: Feature,
    pair: QueryPair,
    side: str,
) -> PlannedTrial:
    """A choice within a query pair; without a block it is practice."""
    name = draw.design.conditions[condition]
    return PlannedTrial(
        block_index=block_index,
        trial_kind="practice" if block_index is None else "main",
        condition=name,
        feature_id=feature.feature_id,
        query_pair_id=pair.query_pair_id,
        stratum=pair.stratum,
        activation_gap=pair.activation_gap,
        target_stimulus_id=pair.high_stimulus_id,
        distractor_stimulus_id=pair.low_stimulus_id,
        correct_option=side,
        panel_stimulus_ids=draw.panel(name, feature),
    )


def _practice(draw: _Draw, order: Sequence[int]) -> Iterator[PlannedTrial]:
    """One trial per condition, in the order of the blocks."""
    names = draw.design.practice_features
    features = {feature.feature_id: feature for feature in draw.bundle.features}
    sides = balanced_sides(len(order), extra=draw.rng.choice(SIDES), rng=draw.rng)
    for number, (condition, side) in enumerate(zip(order, sides, strict=True)):
        feature = features[names[number % len(names)]]
        n_pairs = draw.design.n_query_pairs
        pairs = rotating_pairs(draw.bundle, feature.feature_id, n_pairs)
        pair = pairs[number // len(names) % n_pairs]
        yield _pair_trial(draw, None, condition, feature, pair, side)


def _catch_sides(draw: _Draw, parity: int) -> list[str]:
    n_catch = draw.design.catch_per_block * len(draw.design.conditions)
    return balanced_sides(n_catch, extra=SIDES[parity % 2], rng=draw.rng)


def _with_catch_trials(
    draw: _Draw, main: list[PlannedTrial], sides: Iterator[str]
) -> Iterator[PlannedTrial]:
    """The block with its catch trials, each after a main trial of its own.

    So none is first and no two are neighbours. A catch trial repeats the panel of a
    feature whose main trial is over: it can teach nothing that is still asked.
    """
    after = set(draw.rng.sample(range(len(main)), draw.design.catch_per_block))
    unused: list[PlannedTrial] = []
    for index, trial in enumerate(main):
        yield trial
        unused.append(trial)
        if index in after:
            shown = unused.pop(draw.rng.randrange(len(unused)))
            yield _catch_trial(draw, shown, next(sides))


def _catch_trial(draw: _Draw, shown: PlannedTrial, side: str) -> PlannedTrial:
    """One option is a tile of the panel, the other a photograph not met before.

    (Met before only if the bundle has no second pair of the feature.)
    """
    n_pairs = max(2, draw.design.n_query_pairs)  # one for the main trial, one for this
    pairs = rotating_pairs(draw.bundle, shown.feature_id, n_pairs)
    used = next(
        i for i, p in enumerate(pairs) if p.query_pair_id == shown.query_pair_id
    )
    return PlannedTrial(
        block_index=shown.block_index,
        trial_kind="catch",
        condition=shown.condition,
        feature_id=shown.feature_id,
        query_pair_id=None,
        stratum=None,
        activation_gap=None,
        target_stimulus_id=draw.rng.choice(shown.panel_stimulus_ids),
        distractor_stimulus_id=pairs[(used + 1) % len(pairs)].low_stimulus_id,
        correct_option=side,
        panel_stimulus_ids=shown.panel_stimulus_ids,
    )
