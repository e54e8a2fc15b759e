"""The share of the pool below an activation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.percentiles import percentile_of

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
