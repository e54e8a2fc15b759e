"""Pools of photographs that share no picture."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.errors import ConfigError, PoolError
from generator.exemplars.pools import POOLS, check_disjoint, split_pools
from generator.photograph_folder import Photograph

SEEDS = st.integers(0, 10_000)


def rng(rng_seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(rng_seed)


def photographs(n: int) -> list[Photograph]:
    return [
        Photograph(path=f"{i}.png", sha256=f"{i:064x}", class_label=None)
        for i in range(n)
    ]


@given(SEEDS, st.lists(st.integers(0, 25), min_size=40, max_size=60))
def test_pools_hold_every_photograph_once_and_no_group_twice(
    rng_seed: int, groups: list[int]
) -> None:
    numbers = np.array(groups)
    if len(np.unique(numbers)) < len(POOLS):
        with pytest.raises(PoolError, match="empty"):
            split_pools(numbers, rng=rng(rng_seed))
        return

    pools = split_pools(numbers, rng=rng(rng_seed))

    check_disjoint(pools, numbers, photographs(len(groups)))
    together = np.concatenate(list(pools.values()))
    assert sorted(together.tolist()) == list(range(len(groups)))


def test_pools_get_their_shares() -> None:
    shares = {"reference": 0.5, "query": 0.3, "seed_image": 0.1, "coherence": 0.1}

    pools = split_pools(np.arange(1000), shares=shares, rng=rng())

    sizes = {name: len(positions) for name, positions in pools.items()}
    assert sizes == {
        "reference": 500,
        "query": 300,
        "seed_image": 100,
        "coherence": 100,
    }


def test_pools_that_share_a_look_alike_are_refused_by_name() -> None:
    pools = {"reference": np.array([0, 1]), "query": np.array([2, 3])}
    groups = np.array([0, 1, 2, 1])  # 1 and 3 look alike

    with pytest.raises(
        PoolError,
        match=r"reference and query share 1 pictures, first 1\.png and 3\.png",
    ):
        check_disjoint(pools, groups, photographs(4))


@pytest.mark.parametrize("shares", [{"a": 0.5, "b": 0.6}, {"a": 1.0, "b": 0.0}])
def test_impossible_shares_are_refused(shares: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="sum to 1"):
        split_pools(np.arange(9), shares=shares, rng=rng())
