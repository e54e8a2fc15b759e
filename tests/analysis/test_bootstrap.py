import numpy as np
import pytest

from analysis.bootstrap import (
    accuracies_under_weights,
    bootstrap_participants,
    bootstrap_two_way,
    draw_weights,
)
from analysis.crossed import CrossedCounts


def latin_counts() -> CrossedCounts:
    """Two conditions dealt over 6 people and 4 features, some cells empty."""
    rng = np.random.default_rng(5)
    asked = np.zeros((2, 6, 4))
    for person in range(6):
        for feature in range(4):
            asked[(person + feature) % 2, person, feature] = 1
    return CrossedCounts(
        conditions=("accentuation", "natural"),
        participant_ids=tuple("abcdef"),
        feature_ids=tuple("wxyz"),
        n_correct=asked * (rng.random(asked.shape) < 0.7),
        n_responses=asked,
    )


def test_weights_are_a_draw_with_replacement() -> None:
    weights = draw_weights(np.random.default_rng(0), 7, 2000)

    assert (weights.sum(axis=1) == 7).all()
    assert weights.mean(axis=0) == pytest.approx(1, abs=0.1)
    assert weights.var(axis=0) == pytest.approx(6 / 7, abs=0.15)


def test_every_unit_once_gives_the_accuracy_itself() -> None:
    counts = latin_counts()

    once = accuracies_under_weights(counts, np.ones((1, 6)), np.ones((1, 4)))

    assert once[0] == pytest.approx(counts.accuracy())


def test_weights_mean_repeating_rows_and_columns() -> None:
    counts = latin_counts()
    people, features = [0, 0, 2, 3, 3, 3], [0, 1, 1, 3]
    repeated = CrossedCounts(
        conditions=counts.conditions,
        participant_ids=tuple("abcdef"),
        feature_ids=tuple("wxyz"),
        n_correct=counts.n_correct[:, people][:, :, features],
        n_responses=counts.n_responses[:, people][:, :, features],
    )

    weighted = accuracies_under_weights(
        counts,
        np.bincount(people, minlength=6)[None].astype(float),
        np.bincount(features, minlength=4)[None].astype(float),
    )

    assert weighted[0] == pytest.approx(repeated.accuracy())


def test_a_condition_without_anybody_is_undefined_not_zero() -> None:
    counts = latin_counts()
    features = np.array([[4.0, 0, 0, 0]])
    people = np.array([[6.0, 0, 0, 0, 0, 0]])

    accuracy = accuracies_under_weights(counts, people, features)[0]

    assert not np.isnan(accuracy[0])
    assert np.isnan(accuracy[1])


def test_the_same_seed_gives_the_same_resamples() -> None:
    counts = latin_counts()

    for bootstrap in (bootstrap_participants, bootstrap_two_way):
        one = bootstrap(counts, n_resamples=1500, rng=np.random.default_rng(9))
        two = bootstrap(counts, n_resamples=1500, rng=np.random.default_rng(9))
        assert one.shape == (1500, 2)
        np.testing.assert_array_equal(one, two)
