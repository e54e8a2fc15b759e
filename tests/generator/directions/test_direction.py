"""A direction: a unit vector over channels, or a spatial target."""

import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from generator.directions.direction import Direction, DirectionFile, unit_direction
from generator.errors import ConfigError, DirectionError


def direction(
    name: str = "stripes", values: tuple[float, ...] = (3.0, 4.0)
) -> Direction:
    return unit_direction(values, name=name, layer="conv2", kind="supplied")


def file_of(*directions: Direction) -> DirectionFile:
    return DirectionFile(
        directions=directions,
        network="toy",
        weights_sha256="0" * 64,
        settings={},
        images=(),
        rng_seed=None,
        quality={},
        generator={},
    )


@pytest.mark.parametrize("scale", [1e-200, 1.0, 1e200])
def test_a_vector_of_any_length_becomes_a_unit_vector(scale: float) -> None:
    made = direction(values=(3.0 * scale, 4.0 * scale))

    assert made.vector.dtype == np.float32
    assert made.vector.tolist() == pytest.approx([0.6, 0.8])


def test_a_spatial_target_has_unit_norm_over_the_whole_map() -> None:
    made = unit_direction(np.ones((2, 2, 4)), name="t", layer="a", kind="supplied")

    assert made.is_spatial
    assert made.vector[1, 1, 3] == pytest.approx(0.25)


def test_the_vector_of_a_direction_cannot_be_changed() -> None:
    given = np.array([0.6, 0.8], dtype=np.float32)
    made = Direction(name="a", layer="conv2", vector=given, kind="supplied")
    given[0] = 5

    assert made.vector[0] == np.float32(0.6)
    with pytest.raises(ValueError, match="read-only"):
        made.vector[0] = 1


@pytest.mark.parametrize("values", [(0.0, 0.0), (1.0, np.nan), (np.inf, 1.0)])
def test_a_vector_without_direction_is_refused(values: tuple[float, float]) -> None:
    with pytest.raises(DirectionError, match="zero or not finite"):
        direction(values=values)


@pytest.mark.parametrize(
    "vector",
    [np.ones((2, 2)) / 2, np.ones(()), np.zeros(0), np.array([1.0, 1.0])],
)
def test_a_wrong_shape_or_length_is_refused(vector: NDArray[np.float64]) -> None:
    with pytest.raises(DirectionError):
        Direction(
            name="a", layer="b", vector=vector.astype(np.float32), kind="supplied"
        )


@pytest.mark.parametrize("name", ["", "two words", "a)", "a,b", "-a"])
def test_a_name_that_no_feature_could_spell_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="letters, digits"):
        direction(name=name)


def test_a_kind_that_nothing_makes_is_refused() -> None:
    with pytest.raises(DirectionError, match=r"'guess'; known are cav, class_means"):
        unit_direction([1.0], name="a", layer="b", kind="guess")  # type: ignore[arg-type]


@pytest.mark.parametrize("shape", [(2,), (2, 5), (2, 7, 3)])
def test_a_vector_fits_every_layer_with_as_many_channels(
    shape: tuple[int, ...],
) -> None:
    direction().check_shape(shape)


def test_a_layer_with_other_channels_or_another_map_is_refused() -> None:
    target = unit_direction(np.ones((2, 3, 5)), name="t", layer="a", kind="supplied")

    with pytest.raises(DirectionError, match="channels: 2; layer 'conv2' has 3"):
        direction().check_shape((3, 2, 2))
    with pytest.raises(DirectionError, match="2 x 3 x 5; layer 'a' has 2 x 5 x 3"):
        target.check_shape((2, 5, 3))
    target.check_shape((2, 3, 5))


def test_the_directions_of_a_file_share_layer_kind_and_shape() -> None:
    elsewhere = unit_direction((1, 0), name="b", layer="conv1", kind="supplied")

    with pytest.raises(DirectionError, match="share layer, kind and shape"):
        file_of(direction(), elsewhere)


def test_a_name_stands_for_one_direction() -> None:
    with pytest.raises(DirectionError, match="each name once; got stripes, stripes"):
        file_of(direction(), direction())
    assert list(file_of(direction("a"), direction("b")).by_name) == ["a", "b"]


def test_the_weights_and_not_the_name_tell_networks_apart() -> None:
    file = file_of(direction())

    file.check_network(name="renamed", weights_sha256="0" * 64)
    with pytest.raises(DirectionError, match="Fit them again on this network"):
        file.check_network(name="toy", weights_sha256="1" * 64)


def test_directions_are_read_without_torch() -> None:
    code = (
        "import sys, generator.directions.direction, generator.directions.files; "
        "print({'torch', 'sklearn'} & set(sys.modules))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "set()"
