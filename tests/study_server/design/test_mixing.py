"""2.2: mixed conditions stand at most three in a row, catch trials among them."""

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from study_server.design.mixing import (
    MAX_RUN,
    catch_places,
    longest_run,
    mixed_order,
    with_catch,
)

BEFORE = st.sampled_from([[], ["a"], ["b", "a", "a"], ["a", "a", "a"]])


@given(st.integers(1, 20), st.integers(1, 20), st.integers(0, 6), BEFORE, st.randoms())
def test_an_order_that_can_be_is_found(
    n_a: int, n_b: int, n_c: int, before: list[str], rng: Random
) -> None:
    """With up to 3 of one kind to each of the others there is one (and 3 to begin)."""
    n_b = max(n_b, -(-n_a // MAX_RUN))
    n_a = max(n_a, -(-n_b // MAX_RUN))
    conditions = ["a"] * n_a + ["b"] * n_b + ["c"] * n_c

    order = mixed_order(conditions, before, rng)

    assert sorted(order) == list(range(len(conditions)))
    assert longest_run([*before, *(conditions[place] for place in order)]) <= MAX_RUN


def test_orders_differ_as_chance_has_it() -> None:
    """Two kinds of two: all 6 orders are allowed, and all occur."""
    rng = Random(1)
    conditions = ["a", "a", "b", "b"]

    seen = Counter(
        "".join(conditions[p] for p in mixed_order(conditions, [], rng))
        for _ in range(600)
    )

    assert len(seen) == 6
    assert min(seen.values()) > 70  # 100 each on average


@given(st.integers(2, 6), st.randoms())
def test_catch_trials_repeat_an_earlier_trial_and_keep_the_rows_short(
    n_each: int, rng: Random
) -> None:
    conditions = ["a", "b"] * n_each

    places = catch_places(conditions, [True] * len(conditions), n_each // 2, [], rng)

    assert places is not None
    assert all(shown <= after for after, shown in places.items())
    assert len(set(places.values())) == n_each // 2
    assert longest_run(with_catch(conditions, places)) <= MAX_RUN


def test_catch_trials_that_do_not_fit_are_told() -> None:
    assert catch_places(["a", "a", "a"], [True] * 3, 1, [], Random(1)) is None
    assert catch_places(["a", "b"], [False, False], 1, [], Random(1)) is None


def test_a_row_is_as_long_as_its_longest_run() -> None:
    assert longest_run([]) == 0
    assert longest_run(["a", "b", "b", "a"]) == 2
