"""A plan's choices for each feature: tiles first, query pairs at the end."""

from collections.abc import Iterable, Mapping

from generator.bundles.plan import Plan
from generator.errors import PoolError
from generator.exemplars.choice_streams import feature_rng
from generator.exemplars.tiles import Tiles, select_tiles
from generator.features import Feature
from generator.index.activation_index import ActivationIndex
from generator.pairs.query_pairs import QueryPair, select_query_pairs


def choose_tiles(index: ActivationIndex, plan: Plan) -> dict[Feature, Tiles]:
    """Choose exemplars and seed images, and see that query pairs can be had.

    Raises:
        PoolError: names every feature the pool cannot supply, with the reason.
    """
    tiles, faults = {}, []
    for feature in plan.features:
        try:
            tiles[feature] = select_tiles(
                index.pool(feature),
                plan.selection,
                n_far_pairs=plan.query_pairs.far,
                rng=feature_rng(plan.rng_seed, feature, "tiles"),
            )
            choose_pairs_of(index, plan, feature, tiles[feature], made_hashes=())
        except PoolError as error:
            faults.append(str(error))
    _raise_all(faults)
    return tiles


def choose_pairs(
    index: ActivationIndex,
    plan: Plan,
    tiles: Mapping[Feature, Tiles],
    made_hashes: Mapping[Feature, Iterable[int]],
) -> dict[Feature, tuple[QueryPair, ...]]:
    """Choose the query pairs, once every picture of the panels is known.

    Args:
        made_hashes: perceptual hashes of each feature's made pictures.

    Raises:
        PoolError: names every feature the pool cannot supply, with the reason.
    """
    pairs, faults = {}, []
    for feature in plan.features:
        try:
            pairs[feature] = choose_pairs_of(
                index, plan, feature, tiles[feature], made_hashes=made_hashes[feature]
            )
        except PoolError as error:
            faults.append(str(error))
    _raise_all(faults)
    return pairs


def choose_pairs_of(
    index: ActivationIndex,
    plan: Plan,
    feature: Feature,
    tiles: Tiles,
    *,
    made_hashes: Iterable[int],
) -> tuple[QueryPair, ...]:
    """The query pairs of one feature."""
    return select_query_pairs(
        index.pool(feature),
        tiles,
        plan.query_pairs,
        made_hashes=made_hashes,
        rng=feature_rng(plan.rng_seed, feature, "query pairs"),
    )


def _raise_all(faults: list[str]) -> None:
    if faults:
        lines = "".join(f"\n  - {fault}" for fault in faults)
        raise PoolError(f"the photographs cannot supply the plan:{lines}")
