"""Sets of pictures matched on their natural percentile."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from generator.errors import ConfigError, PoolError
from generator.percentile_match import match_on_percentile

PERCENTILES = st.lists(st.floats(0, 100), min_size=1, max_size=6)


def floats(values: list[float]) -> NDArray[np.float64]:
    return np.array(values, dtype=np.float64)


@given(PERCENTILES, PERCENTILES, PERCENTILES)
def test_what_is_matched_is_within_two_points_and_used_once(
    one: list[float], two: list[float], three: list[float]
) -> None:
    sets = {"one": floats(one), "two": floats(two), "three": floats(three)}
    try:
        matched = match_on_percentile(sets)
    except PoolError:
        return

    assert {len(places) for places in matched.values()} == {
        min(map(len, (one, two, three)))
    }
    found = np.stack([sets[name][places] for name, places in matched.items()])
    assert (found.max(axis=0) - found.min(axis=0) <= 2).all()
    for places in matched.values():
        assert len(set(places.tolist())) == len(places)


@given(PERCENTILES, PERCENTILES)
def test_as_many_pairs_are_found_as_there_can_be(
    one: list[float], two: list[float]
) -> None:
    few, many = sorted([one, two], key=len)
    most = max(
        sum(abs(a - b) <= 2 for a, b in zip(few, order, strict=False))
        for order in permutations(many, len(few))
    )

    sets = {"few": floats(few), "many": floats(many)}
    if most:
        match_on_percentile(sets, n_wanted=most)
    with pytest.raises(PoolError, match=f"only {most} can be matched"):
        match_on_percentile(sets, n_wanted=most + 1)


def test_a_match_by_hand() -> None:
    # 10 and 11.5 fit; 50 finds nothing; 80, 81 and 79.5 fit
    sets = {"natural": floats([80, 10, 50]), "made": floats([11.5, 81, 79.5])}

    matched = match_on_percentile(sets, n_wanted=2)

    assert matched["natural"].tolist() == [1, 0]
    assert matched["made"].tolist() == [0, 2]


def test_surplus_matches_are_drawn_with_an_rng_and_spaced_without() -> None:
    sets = {"a": floats(list(range(0, 100, 3))), "b": floats(list(range(0, 100, 3)))}

    spaced = match_on_percentile(sets, n_wanted=3)
    drawn = [
        match_on_percentile(sets, n_wanted=3, rng=np.random.default_rng(seed))
        for seed in (4, 4, 5)
    ]

    assert sets["a"][spaced["a"]].tolist() == [0, 48, 99]
    assert drawn[0]["a"].tolist() == drawn[1]["a"].tolist() != drawn[2]["a"].tolist()


def test_sets_that_cannot_be_matched_are_an_error_with_their_spans() -> None:
    sets = {"natural": floats([95, 99]), "accentuation": floats([60, 70])}

    with pytest.raises(
        PoolError, match=r"natural 95\.0 to 99\.0, accentuation 60\.0 to 70\.0"
    ):
        match_on_percentile(sets)
    with pytest.raises(PoolError, match="accentuation has none"):
        match_on_percentile({"natural": floats([1]), "accentuation": floats([])})


@pytest.mark.parametrize(
    ("sets", "tolerance", "message"),
    [
        ({"a": [1.0]}, 2, "two sets"),
        ({"a": [1.0], "b": [101.0]}, 2, "percentiles of b"),
        ({"a": [1.0], "b": [float("nan")]}, 2, "percentiles of b"),
        ({"a": [1.0], "b": [1.0]}, 0, "tolerance_points"),
    ],
)
def test_impossible_requests_are_refused(
    sets: dict[str, list[float]], tolerance: float, message: str
) -> None:
    arrays = {name: floats(values) for name, values in sets.items()}
    with pytest.raises(ConfigError, match=message):
        match_on_percentile(arrays, tolerance_points=tolerance)
