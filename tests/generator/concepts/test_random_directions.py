"""Random directions, the control."""

import numpy as np
import pytest

from generator.concepts.random_directions import (
    RandomDirectionsConfig,
    draw_directions,
)
from generator.directions.direction import DirectionFile
from generator.errors import ConfigError, LayerNotFoundError
from tests.generator.concepts.planted import planted_network


def drawn(n: int = 3, *, layer: str = "mix", rng_seed: int = 0) -> DirectionFile:
    config = RandomDirectionsConfig(layer=layer, n=n, rng_seed=rng_seed)
    return draw_directions(planted_network(), config)


def vectors(file: DirectionFile) -> np.ndarray:
    return np.stack([direction.vector for direction in file.directions])


def test_directions_are_of_unit_norm_and_named_by_number() -> None:
    file = drawn()

    assert np.linalg.norm(vectors(file), axis=1) == pytest.approx(np.ones(3))
    assert list(file.by_name) == ["random_0", "random_1", "random_2"]
    assert (file.rng_seed, file.images) == (0, ())


def test_more_directions_leave_the_first_as_they_are() -> None:
    assert np.array_equal(vectors(drawn(5))[:3], vectors(drawn(3)))


def test_rng_seed_and_layer_change_them() -> None:
    assert not np.allclose(vectors(drawn()), vectors(drawn(rng_seed=1)))
    assert not np.allclose(vectors(drawn()), vectors(drawn(layer="relu")))


def test_no_part_of_the_sphere_is_preferred() -> None:
    many = vectors(drawn(4000))

    # Of unit vectors in 6 dimensions each entry has mean 0 and mean square 1/6; the
    # standard error of the mean is √(1/6 / 4000) < 0.007.
    assert np.abs(many.mean(axis=0)).max() < 0.03
    assert np.square(many).mean(axis=0) == pytest.approx(np.full(6, 1 / 6), abs=0.02)


def test_wrong_requests_are_refused() -> None:
    with pytest.raises(ConfigError, match="n must be at least 1"):
        RandomDirectionsConfig(layer="mix", n=0)
    with pytest.raises(ConfigError, match="letters, digits"):
        RandomDirectionsConfig(layer="mix", n=1, prefix="a b")
    with pytest.raises(LayerNotFoundError, match="close names: mix"):
        drawn(layer="mixx")
