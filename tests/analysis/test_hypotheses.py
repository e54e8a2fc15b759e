import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from analysis.crossed import CrossedCounts
from analysis.hypotheses import (
    paired_differences,
    sign_flips,
    two_way_robust_difference,
)
from analysis.multiplicity import holm


def crossed(n_correct: list[list[list[int]]]) -> CrossedCounts:
    right = np.array(n_correct, dtype=np.float64)
    return CrossedCounts(
        conditions=("accentuation", "natural"),
        participant_ids=tuple(map(str, range(right.shape[1]))),
        feature_ids=tuple(map(str, range(right.shape[2]))),
        n_correct=right,
        n_responses=np.ones_like(right),
    )


def test_difference_of_a_small_table_by_hand() -> None:
    """Two people, two features. Cell differences d = [[1, 0], [1, 1]], mean 3/4.

    Influences (d - 3/4) / 4: participant sums -1/8, 1/8 -> (2/64) * 2 = 1/16;
    feature sums 1/8, -1/8 -> 1/16; cells (3 * 1/256 + 9/256) * 4/3 = 1/16.
    """
    counts = crossed([[[1, 1], [1, 1]], [[0, 1], [0, 0]]])

    difference = two_way_robust_difference(counts, "accentuation", "natural")

    assert difference.value == pytest.approx(0.75)
    assert difference.variance.participants == pytest.approx(1 / 16)
    assert difference.variance.total == pytest.approx(1 / 16)
    assert difference.t == pytest.approx(3.0)
    assert difference.p == pytest.approx(2 * stats.t.sf(3, 1))


def test_a_difference_turned_round_changes_its_sign_only() -> None:
    counts = crossed([[[1, 1, 0], [1, 0, 1]], [[0, 1, 0], [0, 0, 1]]])

    there = two_way_robust_difference(counts, "accentuation", "natural")
    back = two_way_robust_difference(counts, "natural", "accentuation")

    assert back.value == -there.value
    assert back.p == there.p


def test_nothing_is_tested_where_nothing_varies() -> None:
    counts = crossed([[[1, 1], [1, 1]], [[1, 1], [1, 1]]])

    difference = two_way_robust_difference(counts, "accentuation", "natural")

    assert difference.value == 0
    assert math.isnan(difference.p)


def test_degrees_of_freedom_are_those_of_the_condition_with_fewer_features() -> None:
    rng = np.random.default_rng(5)
    asked = np.ones((2, 12, 6))
    asked[1, :, 3:] = 0
    counts = replace(
        crossed([[[0] * 6] * 12] * 2),
        n_correct=rng.integers(0, 2, (2, 12, 6)) * asked,
        n_responses=asked,
    )

    difference = two_way_robust_difference(counts, "accentuation", "natural")

    assert difference.variance.df == 2


def test_a_condition_with_one_feature_is_not_compared_for_other_features() -> None:
    rng = np.random.default_rng(5)
    asked = np.ones((2, 12, 6))
    asked[1, :, 1:] = 0
    counts = replace(
        crossed([[[0] * 6] * 12] * 2),
        n_correct=rng.integers(0, 2, (2, 12, 6)) * asked,
        n_responses=asked,
    )

    difference = two_way_robust_difference(counts, "accentuation", "natural")

    assert math.isnan(difference.t)
    assert not difference.variance.is_usable


def test_drawn_flips_come_close_to_all_flips() -> None:
    rng = np.random.default_rng(4)
    twenty = rng.normal(0.4, 1, 20)
    exact = sign_flips(twenty, n_flips=100, rng=rng)

    padded = np.concatenate([twenty, [0.0]])  # a zero changes the count, not the p
    drawn = sign_flips(padded, n_flips=20_000, rng=rng)

    assert exact.is_exact
    assert not drawn.is_exact
    assert drawn.p == pytest.approx(exact.p, abs=0.01)


def test_drawn_flips_are_never_below_one_over_their_number() -> None:
    flips = sign_flips(np.ones(40), n_flips=999, rng=np.random.default_rng(0))

    assert flips.p == pytest.approx(1 / 1000)


def test_without_a_pair_there_is_no_test() -> None:
    flips = sign_flips(np.array([]), n_flips=100, rng=np.random.default_rng(0))

    assert math.isnan(flips.p)


def test_only_those_with_both_conditions_are_paired() -> None:
    right = np.array([[[1.0, 0], [1, 1], [0, 0]], [[0, 0], [0, 1], [0, 0]]])
    asked = np.array([[[1.0, 1], [1, 1], [0, 0]], [[1, 1], [1, 1], [1, 1]]])
    counts = CrossedCounts(
        conditions=("accentuation", "natural"),
        participant_ids=("a", "b", "c"),
        feature_ids=("x", "y"),
        n_correct=right,
        n_responses=asked,
    )

    people = paired_differences(counts, "accentuation", "natural", over="participants")
    features = paired_differences(counts, "accentuation", "natural", over="features")

    assert list(people) == [0.5, 0.5]
    assert list(features) == pytest.approx([1.0, 0.5 - 1 / 3])


def test_holm_adjusts_as_published_and_keeps_the_order() -> None:
    """By hand: the smallest times 5, the next times 4 … never decreasing."""
    assert list(holm([0.001, 0.01, 0.02, 0.04, 0.2])) == pytest.approx(
        [0.005, 0.04, 0.06, 0.08, 0.2]
    )
    assert list(holm([0.04, 0.03, 0.01, 0.01, 0.5])) == pytest.approx(
        [0.09, 0.09, 0.05, 0.05, 0.5]
    )


def test_holm_leaves_undefined_values_outside_the_family() -> None:
    adjusted = holm([0.01, math.nan, 0.04])

    assert adjusted[0] == pytest.approx(0.02)
    assert math.isnan(adjusted[1])
    assert adjusted[2] == pytest.approx(0.04)
    assert len(holm([])) == 0
