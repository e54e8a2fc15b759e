"""1.19 when images fail: catch trials stay apart whatever is shown later (3.7)."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from study_server.design.postponing import (
    order_after_giving_up,
    order_after_postponing,
)

Trial = tuple[str, int]


@st.composite
def blocks(draw: st.DrawFn) -> list[Trial]:
    """Main trials, some followed by a catch trial, then repeats."""
    kinds = []
    for _ in range(draw(st.integers(1, 8))):
        kinds += ["main", "catch"] if draw(st.booleans()) else ["main"]
    kinds += ["repeat"] * draw(st.integers(0, 2))
    return [(kind, number) for number, kind in enumerate(kinds)]


def shown(block: list[Trial], data: st.DataObject, *, may_give_up: bool) -> list[Trial]:
    """What a participant sees where images fail at random, once or twice each."""
    rest, seen, postponed = list(block), [], set()
    while rest:
        first = rest[0]
        fails = data.draw(st.booleans(), label=f"{first} fails")
        if not fails or (first in postponed and not may_give_up):
            seen.append(rest.pop(0))
        elif first not in postponed:
            postponed.add(first)
            order = order_after_postponing([kind for kind, _ in rest])
            rest = [rest[place] for place in order]
        else:
            rest.pop(0)
            before = seen[-1][0] if seen else None
            order = order_after_giving_up(before, [kind for kind, _ in rest])
            rest = [rest[place] for place in order]
    return seen


@given(blocks(), st.data())
def test_postponed_trials_never_bring_two_catch_trials_together(
    block: list[Trial], data: st.DataObject
) -> None:
    seen = shown(block, data, may_give_up=False)

    assert sorted(seen, key=lambda trial: trial[1]) == block  # nothing is lost
    kinds = [kind for kind, _ in seen]
    assert kinds[0] != "catch"
    assert ("catch", "catch") not in pairwise(kinds)


@given(blocks(), st.data())
def test_catch_trials_meet_only_if_nothing_is_left_to_stand_between(
    block: list[Trial], data: st.DataObject
) -> None:
    kinds = [kind for kind, _ in shown(block, data, may_give_up=True)]

    for place, pair in enumerate(pairwise(kinds)):
        if pair == ("catch", "catch"):
            assert set(kinds[place + 1 :]) == {"catch"}


def test_a_main_trial_changes_places_with_main_trials_only() -> None:
    kinds = ["main", "catch", "main", "catch", "main", "repeat"]

    assert order_after_postponing(kinds) == [2, 1, 4, 3, 0, 5]


def test_the_last_catch_trial_goes_to_the_end() -> None:
    assert order_after_postponing(["catch", "main", "main"]) == [1, 2, 0]


def test_where_a_main_trial_is_given_up_the_next_one_stands_between() -> None:
    assert order_after_giving_up("catch", ["catch", "main"]) == [1, 0]
    assert order_after_giving_up("main", ["catch", "main"]) == [0, 1]
