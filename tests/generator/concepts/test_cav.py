"""Fitting a concept's direction: planted ones are found, absent ones are not."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from generator.concepts.cav import CavConfig, fit_cav, mean_cosine
from generator.errors import ConfigError, DirectionError

N_CHANNELS = 12


def rows(n: int, *, rng_seed: int) -> NDArray[np.float64]:
    return np.random.default_rng(rng_seed).standard_normal((n, N_CHANNELS))


def planted(rng_seed: int = 0) -> NDArray[np.float64]:
    vector = np.random.default_rng(rng_seed).standard_normal(N_CHANNELS)
    return vector / float(np.linalg.norm(vector))


def config(**changes: Any) -> CavConfig:
    return CavConfig(layer="any", **changes)


def rng() -> np.random.Generator:
    return np.random.default_rng(9)


def test_a_planted_direction_is_found_and_trusted() -> None:
    concept = rows(200, rng_seed=1) + 4 * planted()

    cav = fit_cav(concept, rows(400, rng_seed=2), config(), rng())

    assert cav.vector @ planted() > 0.97
    assert np.linalg.norm(cav.vector) == pytest.approx(1)
    assert cav.held_out_accuracy > 0.95
    assert cav.stability > 0.95


def test_the_direction_points_to_the_concept() -> None:
    concept, others = rows(40, rng_seed=1) + 2 * planted(), rows(90, rng_seed=2)

    forth = fit_cav(concept, others, config(), rng()).vector
    back = fit_cav(others, concept, config(random_set_size=20), rng()).vector

    assert (concept.mean(0) - others.mean(0)) @ forth > 0
    assert forth @ back < -0.8


def test_what_does_not_differ_is_at_chance() -> None:
    cav = fit_cav(rows(60, rng_seed=1), rows(240, rng_seed=2), config(), rng())

    assert 0.35 < cav.held_out_accuracy < 0.65
    assert cav.held_out_accuracy < config().min_accuracy


def test_units_and_origin_of_the_activations_do_not_matter() -> None:
    concept, others = rows(40, rng_seed=1) + planted(), rows(90, rng_seed=2)

    plain = fit_cav(concept, others, config(), rng())
    moved = fit_cav(1000 * concept + 50, 1000 * others + 50, config(), rng())

    assert plain.vector @ moved.vector == pytest.approx(1, abs=1e-5)
    assert plain.held_out_accuracy == moved.held_out_accuracy


def test_the_same_chance_gives_the_same_direction() -> None:
    concept, others = rows(30, rng_seed=1) + planted(), rows(90, rng_seed=2)

    one, two = (fit_cav(concept, others, config(), rng()) for _ in range(2))

    assert np.array_equal(one.vector, two.vector)
    assert (one.held_out_accuracy, one.stability) == (
        two.held_out_accuracy,
        two.stability,
    )


def test_the_mean_cosine_is_that_of_the_pairs() -> None:
    # Of e1, e1, e2 one pair in three agrees, the others are at right angles.
    assert mean_cosine(np.array([[1.0, 0], [1, 0], [0, 1]])) == pytest.approx(1 / 3)
    assert mean_cosine(np.array([[1.0, 0], [-1, 0]])) == pytest.approx(-1)


def test_random_sets_are_as_large_as_the_concept_but_differ() -> None:
    assert config().set_size(10, 100) == 10
    assert config().set_size(100, 60) == 30
    assert config(random_set_size=40).set_size(10, 100) == 40


@pytest.mark.parametrize(("n_concept", "n_random"), [(5, 100), (100, 11)])
def test_too_few_images_are_refused(n_concept: int, n_random: int) -> None:
    with pytest.raises(DirectionError, match=f"got {n_concept} and {n_random}"):
        config().set_size(n_concept, n_random)


def test_sets_of_all_random_images_are_refused() -> None:
    with pytest.raises(DirectionError, match="cannot differ among 30"):
        config(random_set_size=30).set_size(20, 30)


def test_a_layer_that_responds_alike_to_all_is_refused() -> None:
    same = np.ones((20, 3))

    with pytest.raises(DirectionError, match="responds alike"):
        fit_cav(same, same, config(random_set_size=10), rng())


@pytest.mark.parametrize(
    "changes",
    [
        {"n_random_sets": 1},
        {"random_set_size": 5},
        {"held_out_share": 0.0},
        {"held_out_share": 1.0},
        {"l2_weight": 0.0},
        {"l2_weight": float("nan")},
        {"min_accuracy": 1.1},
        {"min_stability": -2.0},
    ],
)
def test_settings_out_of_range_are_refused(changes: dict[str, float]) -> None:
    (name,) = changes

    with pytest.raises(ConfigError, match=name):
        config(**changes)
