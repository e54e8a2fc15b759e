"""Laws of the choice of exemplars, seed images and query pairs."""

import numpy as np
import pytest
from hypothesis import example, given, reject, settings
from hypothesis import strategies as st

from generator.errors import ConfigError, PoolError
from generator.exemplars.tiles import FeaturePool, SelectionConfig, Tiles, select_tiles
from generator.pairs.query_pairs import (
    STRATA,
    QueryPair,
    QueryPairConfig,
    select_query_pairs,
)
from generator.perceptual_hash import bits_apart, duplicate_groups

SELECTION = SelectionConfig()
PAIRS = QueryPairConfig(minimum_gap=10)


def make_pool(
    rng_seed: int,
    *,
    n_classes: int = 8,
    n_of_class: int = 20,
    n_duplicates: int = 10,
    share_of_zeros: float = 0.0,
) -> FeaturePool:
    """A pool of drawn activations, some classes stronger, some pictures alike."""
    rng = np.random.default_rng(rng_seed)
    n = n_classes * n_of_class
    hashes = rng.integers(0, 2**64, size=n, dtype=np.uint64)
    copies = rng.permutation(n)[: 2 * n_duplicates].reshape(2, n_duplicates)
    hashes[copies[0]] = hashes[copies[1]] ^ np.uint64(0b101)
    strength = np.repeat(rng.normal(size=n_classes), n_of_class)
    activations = (strength + rng.normal(size=n)).astype(np.float32)
    if share_of_zeros:
        activations -= np.float32(np.quantile(activations, share_of_zeros))
        activations = np.maximum(activations, np.float32(0))
    return FeaturePool(
        feature_id="logit:brick",
        activations=activations,
        class_labels=tuple(f"class {i // n_of_class}" for i in range(n)),
        hashes=hashes,
        groups=duplicate_groups([int(value) for value in hashes]),
    )


def select(pool: FeaturePool, rng_seed: int = 0) -> tuple[Tiles, tuple[QueryPair, ...]]:
    rng = np.random.default_rng(rng_seed)
    tiles = select_tiles(pool, SELECTION, n_far_pairs=PAIRS.far, rng=rng)
    return tiles, select_query_pairs(pool, tiles, PAIRS, rng=rng)


def select_where_it_can_be(
    pool: FeaturePool, rng_seed: int
) -> tuple[Tiles, tuple[QueryPair, ...]]:
    """Chance may leave a pool too few kinds; refusing it is right."""
    try:
        return select(pool, rng_seed)
    except PoolError:
        reject()


@settings(max_examples=60, deadline=None)
@example(104, 0.5)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.5]))
def test_no_photograph_or_look_alike_serves_a_feature_twice(
    rng_seed: int, share_of_zeros: float
) -> None:
    pool = make_pool(rng_seed, share_of_zeros=share_of_zeros)

    tiles, pairs = select_where_it_can_be(pool, rng_seed)

    used = [*tiles.all, *(p.high for p in pairs), *(p.low for p in pairs)]
    assert len(used) == 8 + 4 + 8
    groups = [int(pool.groups[position]) for position in used]
    assert len(set(groups)) == len(groups)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.5]))
def test_tiles_and_pairs_keep_the_rules_of_their_strata(
    rng_seed: int, share_of_zeros: float
) -> None:
    pool = make_pool(rng_seed, share_of_zeros=share_of_zeros)

    tiles, pairs = select_where_it_can_be(pool, rng_seed)

    percentiles, labels = pool.percentiles, pool.class_labels
    assert all(70 <= percentiles[seed] <= 95 for seed in tiles.seed_images)
    tile_classes = {labels[position] for position in tiles.all}
    for pair in pairs:
        assert pair.gap == percentiles[pair.high] - percentiles[pair.low] >= 10
        if pair.stratum == "near":
            assert percentiles[pair.high] >= 90
        if pair.stratum == "far":
            assert labels[pair.high] not in tile_classes
        if pair.stratum == "within_class":
            assert labels[pair.high] == labels[pair.low]
    assert [p.stratum for p in pairs] == ["near", "far", "far", "within_class"]
    assert pairs[1].gap >= pairs[2].gap


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_exemplars_are_the_strongest_photographs_that_look_different(
    rng_seed: int,
) -> None:
    pool = make_pool(rng_seed, n_duplicates=30)

    tiles, _ = select(pool)

    weakest = pool.activations[tiles.natural].min()
    stronger = np.flatnonzero(pool.activations > weakest)
    assert set(pool.groups[stronger]) <= set(pool.groups[tiles.natural])
    assert (np.diff(pool.activations[tiles.natural]) <= 0).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.lists(st.integers(0, 159), max_size=5))
def test_queries_are_ten_bits_from_every_tile_and_made_picture(
    rng_seed: int, alike: list[int]
) -> None:
    pool = make_pool(rng_seed)
    made = [int(pool.hashes[position]) ^ 0b111111111 for position in alike]  # 9 bits
    rng = np.random.default_rng(rng_seed)
    tiles = select_tiles(pool, SELECTION, n_far_pairs=2, rng=rng)

    pairs = select_query_pairs(pool, tiles, PAIRS, made_hashes=made, rng=rng)

    shown = [*(int(pool.hashes[position]) for position in tiles.all), *made]
    for pair in pairs:
        for position in (pair.high, pair.low):
            own = int(pool.hashes[position])
            assert min(bits_apart(own, other) for other in shown) >= 10


def test_the_same_rng_seed_chooses_the_same() -> None:
    pool = make_pool(3, share_of_zeros=0.5)

    one, other = select(pool, 7), select(pool, 7)

    assert one[0].all.tolist() == other[0].all.tolist()
    assert one[1] == other[1]


def test_seed_images_come_from_different_classes_where_they_can() -> None:
    pool = make_pool(11)

    tiles, _ = select(pool)

    in_band = (pool.percentiles >= 70) & (pool.percentiles <= 95)
    assert len(pool.classes_of(np.flatnonzero(in_band))) >= 6  # enough to choose from
    assert len(pool.classes_of(tiles.seed_images)) == 4


def test_a_photograph_tied_at_the_floor_never_stands_for_a_sparse_feature() -> None:
    pool = make_pool(2, n_duplicates=0, share_of_zeros=0.98)
    assert (pool.activations > 0).sum() == 4

    with pytest.raises(PoolError, match=r"logit:brick: 8 exemplars.* only 4 different"):
        select(pool)


def test_too_few_seed_images_are_refused_with_the_remedy() -> None:
    pool = make_pool(2, n_duplicates=0, share_of_zeros=0.94)
    assert (pool.activations > 0).sum() == 10  # the ninth and tenth lie below 95

    with pytest.raises(PoolError, match=r"4 seed images are wanted.*seed_percentiles"):
        select(pool)


@pytest.mark.parametrize(
    ("stratum", "n_classes", "minimum_gap", "reason"),
    [
        ("near", 8, 99.5, "none 99.5 points below it"),
        ("far", 1, 10, "classes that the feature's own tiles show"),
        ("within_class", 8, 99.5, "no class has two of them 99.5 points apart"),
    ],
)
def test_a_pair_the_pool_cannot_supply_is_refused_by_name(
    stratum: str, n_classes: int, minimum_gap: float, reason: str
) -> None:
    pool = make_pool(4, n_classes=n_classes, n_of_class=160 // n_classes)
    wanted = {name: int(name == stratum) for name in STRATA}
    config = QueryPairConfig(minimum_gap=minimum_gap, **wanted)
    rng = np.random.default_rng(0)
    tiles = select_tiles(pool, SELECTION, n_far_pairs=0, rng=rng)

    with pytest.raises(PoolError, match=f"no {stratum} pair number 1 of 1") as caught:
        select_query_pairs(pool, tiles, config, rng=rng)

    assert reason in str(caught.value)
    assert f"lower query_pairs.{stratum}" in str(caught.value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"near": -1},
        {"near": 0, "far": 0, "within_class": 0},
        {"minimum_gap": 0.0},
        {"near_percentile": 100.0},
    ],
)
def test_impossible_query_settings_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ConfigError):
        QueryPairConfig(**wrong)


def test_seed_percentiles_given_backwards_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"got \[95, 70\]"):
        SelectionConfig(seed_percentiles=(95, 70))
