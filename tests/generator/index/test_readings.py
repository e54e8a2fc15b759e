"""Readings joined, cut and dealt out in parts of one size."""

from collections.abc import Iterator

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from generator.index.readings import Readings, join_readings, regrouped


def make_readings(n: int, first: int = 0) -> Readings:
    """n pictures and two features; each value is unlike any other."""
    values = 2 * first + np.arange(2 * n).reshape(n, 2)
    return Readings(
        mean=values.astype(np.float32),
        maximum=values.astype(np.float32) + 0.5,
        row=values.astype(np.int16),
        column=-values.astype(np.int16),
    )


@given(st.lists(st.integers(1, 9), min_size=1, max_size=9), st.integers(1, 12))
def test_regrouping_keeps_every_row_in_parts_of_one_size(
    sizes: list[int], n_rows: int
) -> None:
    starts = np.cumsum([0, *sizes])
    chunks = [make_readings(n, int(s)) for n, s in zip(sizes, starts, strict=False)]

    parts = list(regrouped(iter(chunks), n_rows))

    whole, again = make_readings(sum(sizes)), join_readings(parts)
    for name in ("mean", "maximum", "row", "column"):
        np.testing.assert_array_equal(getattr(again, name), getattr(whole, name))
    assert {len(part) for part in parts[:-1]} <= {n_rows}
    assert 1 <= len(parts[-1]) <= n_rows


def test_a_part_is_given_as_soon_as_it_is_full() -> None:
    taken: list[int] = []

    def chunks() -> Iterator[Readings]:
        for number in range(5):
            taken.append(number)
            yield make_readings(4)

    next(regrouped(chunks(), 6))

    assert taken == [0, 1]
