"""The difference of class means."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from generator.concepts.class_means import (
    ClassMeansConfig,
    find_class_means,
    split_quality,
)
from generator.directions.files import write_directions
from generator.errors import ConfigError, DirectionError
from tests.generator.concepts.planted import (
    GREEN,
    RED,
    mixing,
    planted_network,
    write_photographs,
)

CONFIG = ClassMeansConfig(layer="mix")


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photographs")
    write_photographs(folder / "red", n=20, rng_seed=1, tint=50 * RED, spread=10)
    write_photographs(folder / "green", n=16, rng_seed=2, tint=50 * GREEN, spread=10)
    return folder


def test_the_direction_leads_from_b_to_a(photographs: Path) -> None:
    a, b = photographs / "red", photographs / "green"

    file = find_class_means(planted_network(), a, b, CONFIG)
    back = find_class_means(planted_network(), b, a, CONFIG)

    (direction,) = file.directions
    assert direction.name == "red_minus_green"
    assert direction.vector @ mixing() @ (RED - GREEN) / 2**0.5 > 0.97
    assert direction.quality["held_out_accuracy"] > 0.9
    assert direction.quality["stability"] > 0.9
    assert np.array_equal(back.directions[0].vector, -direction.vector)


def test_the_distance_is_that_of_the_means(photographs: Path) -> None:
    file = find_class_means(
        planted_network(), photographs / "red", photographs / "green", CONFIG
    )

    # Tints of 50 levels at right angles; the network divides by 255 · 0.25.
    expected = 50 * 2**0.5 / (255 * 0.25)
    assert file.directions[0].quality["distance"] == pytest.approx(expected, rel=0.15)


def test_the_same_photographs_make_the_same_bytes(
    photographs: Path, tmp_path: Path
) -> None:
    contents = []
    for name in ("one.safetensors", "two.safetensors"):
        file = find_class_means(
            planted_network(), photographs / "red", photographs / "green", CONFIG
        )
        write_directions(tmp_path / name, file)
        contents.append((tmp_path / name).read_bytes())

    assert contents[0] == contents[1]


def test_classes_that_do_not_differ_are_at_chance() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 60, 20))

    quality = split_quality(a, b, n_splits=20, rng=rng)

    assert 0.35 < quality.held_out_accuracy < 0.65


def test_wrong_requests_are_refused(photographs: Path, tmp_path: Path) -> None:
    network, red = planted_network(), photographs / "red"
    few = write_photographs(tmp_path / "few", n=3, rng_seed=0)

    with pytest.raises(DirectionError, match="20 photographs are in both folders"):
        find_class_means(network, photographs, red, CONFIG)
    with pytest.raises(DirectionError, match="at least 4 photographs; got 20 and 3"):
        find_class_means(network, red, few, CONFIG)
    with pytest.raises(ConfigError, match="n_splits"):
        replace(CONFIG, n_splits=1)
    with pytest.raises(ConfigError, match="letters, digits"):
        replace(CONFIG, name="a b")
    with pytest.raises(DirectionError, match="mean activations of both classes agree"):
        split_quality(np.ones((4, 2)), np.ones((4, 2)), n_splits=2, rng=_rng())


def _rng() -> np.random.Generator:
    return np.random.default_rng(0)
