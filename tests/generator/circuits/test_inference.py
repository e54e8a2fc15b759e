"""Means over features and their intervals."""

import numpy as np

from generator.circuits.inference import Interval, mean_over_features
from generator.circuits.similarity import Floats


def interval(
    values: Floats, *, is_crossed: bool = False, rng_seed: int = 0
) -> Interval:
    return mean_over_features(
        values,
        is_crossed=is_crossed,
        n_bootstrap=400,
        rng=np.random.default_rng(rng_seed),
    )


def test_features_count_alike_whatever_number_of_pictures_they_have() -> None:
    values = np.array([[1.0, 1.0, 1.0], [4.0, np.nan, np.nan]])

    found = interval(values)

    assert found.mean == 2.5
    assert found.n_features == 2
    assert 1 <= found.low <= found.high <= 4


def test_features_without_a_value_are_not_counted() -> None:
    found = interval(np.array([[1.0], [np.nan], [3.0]]))

    assert (found.mean, found.n_features) == (2, 2)


def test_one_feature_says_nothing_about_others() -> None:
    found = interval(np.array([[1.0, 2.0]]))

    assert found.mean == 1.5
    assert np.isnan(found.low)
    assert np.isnan(found.high)


def test_no_value_gives_no_mean() -> None:
    assert interval(np.full((3, 2), np.nan)).n_features == 0


def test_the_same_stream_gives_the_same_interval() -> None:
    values = np.random.default_rng(1).normal(size=(20, 4))

    assert interval(values, is_crossed=True) == interval(values, is_crossed=True)


def test_95_of_100_intervals_hold_the_truth() -> None:
    rng = np.random.default_rng(2)
    n_runs, n_held = 300, 0
    for run in range(n_runs):
        of_feature = rng.normal(0.5, 0.2, (60, 1))
        found = interval(of_feature + rng.normal(0, 0.1, (60, 4)), rng_seed=run)
        n_held += found.low <= 0.5 <= found.high

    # The standard error of the share is 0.013; percentile intervals are slightly short.
    assert 0.90 <= n_held / n_runs <= 0.985


def test_intervals_hold_the_truth_when_seed_images_matter() -> None:
    rng = np.random.default_rng(4)
    n_runs, held = 200, {True: 0, False: 0}
    for run in range(n_runs):
        of_feature = rng.normal(0.5, 0.1, (50, 1))
        of_seed_image = rng.normal(0, 0.3, (1, 12))
        values = of_feature + of_seed_image + rng.normal(0, 0.1, (50, 12))
        for is_crossed in held:
            found = interval(values, is_crossed=is_crossed, rng_seed=run)
            held[is_crossed] += found.low <= 0.5 <= found.high

    assert held[True] / n_runs >= 0.87
    assert held[False] / n_runs < 0.6
