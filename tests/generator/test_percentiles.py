"""The share of the pool below an activation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.errors import PoolError
from generator.percentiles import (
    TIED_POINTS,
    natural_range,
    percentile_of,
    value_at,
)

VALUES = st.lists(
    st.floats(-100, 100, width=32, allow_nan=False), min_size=1, max_size=40
)


def floats(values: list[float]) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.array(values, dtype=np.float32)


def test_ties_count_one_half() -> None:
    pool = floats([0, 0, 1, 2])

    # below 0: none, equal: two of four -> 25; below 1: two, equal: one -> 62.5
    assert percentile_of(floats([0, 1, 5, -1]), pool).tolist() == [25, 62.5, 100, 0]


@given(VALUES)
def test_percentiles_of_the_pool_itself_average_one_half(values: list[float]) -> None:
    pool = floats(values)

    assert percentile_of(pool, pool).mean() == pytest.approx(50)


@given(VALUES, VALUES)
def test_a_stronger_activation_never_has_a_lower_percentile(
    values: list[float], pool: list[float]
) -> None:
    found = percentile_of(np.sort(floats(values)), floats(pool))

    assert (np.diff(found) >= 0).all()


def test_an_empty_pool_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        percentile_of(floats([1]), floats([]))


@given(VALUES, st.floats(0, 100))
def test_value_at_inverts_the_percentile_or_refuses(
    values: list[float], percentile: float
) -> None:
    pool = floats(values)
    try:
        activation = value_at(percentile, pool)
    except PoolError:
        return

    found = percentile_of(floats([activation]), pool)[0]

    # Off by half of one photograph's share, or of the few equal ones allowed.
    assert abs(found - percentile) <= max(TIED_POINTS, 150 / len(pool)) / 2 + 1e-6


@given(VALUES)
def test_each_untied_activation_is_at_its_own_percentile(values: list[float]) -> None:
    pool = floats(sorted(set(values)))
    for activation, percentile in zip(pool, percentile_of(pool, pool), strict=True):
        assert value_at(float(percentile), pool) == activation


def test_a_percentile_among_equal_activations_is_refused_with_the_block() -> None:
    pool = floats([0, 0, 0, 0, 0, 0, 1, 2, 3, 4])  # a sparse feature: 60 % at 0

    with pytest.raises(
        PoolError, match=r"6 of 10 photographs have exactly .* 0, percentiles 0 to 60"
    ):
        value_at(30, pool)
    # 1 is the seventh of ten: six below, itself one half -> 65
    assert value_at(65, pool) == 1


def test_a_percentile_beyond_what_the_pool_resolves_is_refused_or_the_extreme() -> None:
    pool = floats(list(range(200)))  # the strongest lies at 99.75

    with pytest.raises(PoolError, match=r"200 photographs resolve .* 0\.25 to 99\.75"):
        value_at(99.9, pool)
    assert value_at(99.9, pool, beyond="extreme") == 199
    assert value_at(0, pool, beyond="extreme") == 0


@pytest.mark.parametrize("wrong", [-1, 100.5, float("nan")])
def test_what_is_no_percentile_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 100"):
        value_at(wrong, floats([1, 2]))


def test_the_natural_range_of_four_photographs_by_hand() -> None:
    natural = natural_range(floats([1, 3, 1, 3]))  # mean 2, each 1 away from it

    assert (natural.mean, natural.sd, natural.low, natural.high) == (2, 1, 1, 3)
    assert natural.z_score(4) == 2
    assert natural.width == 2
    assert not natural.is_dead


def test_an_empty_pool_has_neither_range_nor_values() -> None:
    with pytest.raises(PoolError, match="empty"):
        natural_range(floats([]))
    with pytest.raises(PoolError, match="empty"):
        value_at(50, floats([]))
