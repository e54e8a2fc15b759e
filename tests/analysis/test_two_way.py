import numpy as np
import pytest

from analysis.two_way import (
    TwoWayVariance,
    influence_on_accuracy,
    influence_on_pooled_share,
    two_way_variance,
)


def test_participant_part_is_the_usual_squared_standard_error() -> None:
    """For a mean of person means it must be s² / P, whatever the numbers of answers."""
    rng = np.random.default_rng(1)
    asked = rng.integers(1, 4, size=(9, 5)).astype(float)
    right = np.floor(asked * rng.random((9, 5)))
    shares = right.sum(axis=1) / asked.sum(axis=1)

    variance = two_way_variance(influence_on_accuracy(right, asked), asked)

    assert variance.participants == pytest.approx(shares.var(ddof=1) / 9)


def test_influences_sum_to_nothing() -> None:
    rng = np.random.default_rng(2)
    asked = rng.integers(0, 3, size=(7, 6)).astype(float)
    right = np.floor(asked * rng.random((7, 6)))

    assert influence_on_accuracy(right, asked).sum() == pytest.approx(0)
    assert influence_on_pooled_share(right, asked).sum() == pytest.approx(0)


def test_both_influences_agree_in_a_balanced_plan() -> None:
    right = np.array([[1.0, 0, 1], [0, 0, 1]])
    asked = np.ones((2, 3))

    np.testing.assert_allclose(
        influence_on_accuracy(right, asked), influence_on_pooled_share(right, asked)
    )


def test_people_and_features_may_trade_places_in_a_balanced_plan() -> None:
    right = np.array([[1.0, 0, 1, 1], [0, 0, 1, 0], [1, 1, 1, 0]])
    asked = np.ones((3, 4))

    one = two_way_variance(influence_on_accuracy(right, asked), asked)
    other = two_way_variance(influence_on_accuracy(right.T, asked.T), asked.T)

    assert one.total == pytest.approx(other.total)
    assert one.participants == pytest.approx(other.features)


def test_a_sum_that_is_not_positive_is_replaced_by_the_larger_part() -> None:
    variance = TwoWayVariance(0.01, 0.02, 0.05, n_participants=5, n_features=8)

    assert variance.is_replaced
    assert variance.total == 0.02
    assert variance.df == 4


def test_degrees_of_freedom_count_only_units_with_answers() -> None:
    right, asked = np.zeros((4, 5)), np.ones((4, 5))
    asked[3] = 0
    asked[:, :3] = 0

    assert two_way_variance(right, asked).df == 1
