"""Laws of the choice of exemplars."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.errors import ConfigError, PoolError
from generator.exemplars.pools import pool_mask
from generator.exemplars.selection import (
    ExemplarConfig,
    select_bottom,
    select_diverse,
    select_quantile,
    select_top,
)
from generator.exemplars.tiles import FeaturePool

SEEDS = st.integers(0, 10_000)


def rng(rng_seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(rng_seed)


def make_pool(
    activations: Sequence[float], groups: list[int] | None = None
) -> FeaturePool:
    n = len(activations)
    return FeaturePool(
        feature_id="logit:brick",
        activations=np.array(activations, dtype=np.float32),
        class_labels=(None,) * n,
        hashes=np.arange(n, dtype=np.uint64),
        groups=np.arange(n) if groups is None else np.array(groups),
    )


def drawn_pool(rng_seed: int) -> FeaturePool:
    """Forty photographs in at most twenty groups that look alike."""
    chance = rng(rng_seed)
    groups = chance.integers(0, 20, size=40).tolist()
    return make_pool(chance.normal(size=40).tolist(), groups)


@given(SEEDS)
def test_no_two_exemplars_look_alike(rng_seed: int) -> None:
    pool = drawn_pool(rng_seed)

    for chosen in (
        select_top(pool, 5, rng=rng()),
        select_bottom(pool, 5, rng=rng()),
        select_quantile(pool, 2, n_bins=3, rng=rng(rng_seed)),
    ):
        groups = pool.groups[chosen.positions]
        assert len(set(groups.tolist())) == len(groups)


def test_the_strongest_come_first_and_the_weakest_from_the_other_end() -> None:
    pool = make_pool([3, 1, 4, 1.5, 9, 2.6])

    assert select_top(pool, 3, rng=rng()).positions.tolist() == [4, 2, 0]
    assert select_bottom(pool, 3, rng=rng()).positions.tolist() == [1, 3, 5]


def test_only_the_first_of_a_group_is_taken() -> None:
    pool = make_pool([3, 1, 4, 1.5, 9, 2.6], groups=[0, 1, 4, 3, 4, 0])

    assert select_top(pool, 3, rng=rng()).positions.tolist() == [4, 0, 3]


def test_photographs_that_may_not_be_taken_are_not() -> None:
    pool = make_pool([3, 1, 4, 1.5, 9, 2.6])
    allowed = pool_mask(np.array([0, 1, 3, 5]), 6)

    chosen = select_top(pool, 2, rng=rng(), allowed=allowed)

    assert chosen.positions.tolist() == [0, 5]


@settings(max_examples=40)
@given(SEEDS)
def test_each_bin_of_percentiles_gives_its_share_in_order(rng_seed: int) -> None:
    values = [float(rank) for rank in rng(rng_seed).permutation(50)]
    pool = make_pool(values)

    chosen = select_quantile(pool, 3, n_bins=5, rng=rng(rng_seed))

    assert chosen.sets == (0,) * 3 + (1,) * 3 + (2,) * 3 + (3,) * 3 + (4,) * 3
    assert [int(pool.activations[p]) // 10 for p in chosen.positions] == [*chosen.sets]
    assert (np.diff(pool.activations[chosen.positions]) > 0).all()


def test_bins_that_a_sparse_feature_leaves_empty_are_named() -> None:
    pool = make_pool([0] * 8 + [1, 2])  # the zeros all lie at percentile 40

    with pytest.raises(PoolError, match=r"0 to 25 has 0; 50 to 75 has 0"):
        select_quantile(pool, 1, n_bins=4, rng=rng())


def test_ties_at_the_floor_are_no_exemplars() -> None:
    pool = make_pool([0, 0, 0, 1, 2])

    with pytest.raises(PoolError, match=r"only 2 different ones of 5 lie above"):
        select_top(pool, 3, rng=rng())
    with pytest.raises(PoolError, match=r"only 4 different ones of 5 lie below"):
        select_bottom(pool, 5, rng=rng())


def test_equally_weak_photographs_are_drawn() -> None:
    pool = make_pool([0.0] * 30 + [1.0])

    found = {select_bottom(pool, 1, rng=rng(n)).positions.item() for n in range(20)}

    assert len(found) > 5
    again = select_bottom(pool, 4, rng=rng(3)).positions.tolist()
    assert select_bottom(pool, 4, rng=rng(3)).positions.tolist() == again


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_the_strongest_of_each_cluster_is_chosen(rng_seed: int) -> None:
    chance = rng(rng_seed)
    kinds = chance.permutation([0, 1, 2] * 6)  # three directions, far apart
    noise = chance.normal(scale=0.05, size=(18, 4))
    length = chance.uniform(0.1, 10, size=(18, 1))
    vectors = ((np.eye(4)[kinds] + noise) * length).astype(np.float32)
    pool = make_pool([float(value) for value in chance.permutation(40)])
    candidates = chance.permutation(40)[:18]

    chosen = select_diverse(pool, candidates, vectors, 3, rng=rng(rng_seed))

    strength = pool.activations
    best = [max(candidates[kinds == k], key=lambda p: strength[p]) for k in range(3)]
    assert sorted(chosen.positions) == sorted(best)
    assert (np.diff(strength[chosen.positions]) < 0).all()


def test_more_clusters_than_different_vectors_are_refused() -> None:
    vectors = np.array([[1, 0], [2, 0], [0, 3]], dtype=np.float32)

    with pytest.raises(PoolError, match="only 2 different attribution vectors"):
        select_diverse(make_pool([1, 2, 3]), np.arange(3), vectors, 3, rng=rng())


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"n": 0}, "n must be at least 1"),
        ({"n_bins": 0}, "n_bins must be at least 1"),
        ({"kind": "best"}, "kind must be one of top, bottom, quantile, diverse"),
        ({"kind": "diverse", "n": 9, "n_candidates": 8}, "n_candidates must be"),
        ({"rng_seed": -1}, "rng_seed"),
    ],
)
def test_impossible_settings_are_refused(
    wrong: dict[str, object], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        ExemplarConfig(**wrong)  # type: ignore[arg-type]
