"""Concepts as folders of photographs: from files to directions."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from generator.concepts.cav import CavConfig
from generator.concepts.concept_folders import find_cavs, name_of_folder
from generator.directions.files import read_directions, write_directions
from generator.errors import (
    ConfigError,
    DirectionError,
    LayerNotFoundError,
    PhotographError,
)
from tests.generator.concepts.planted import (
    GREEN,
    RED,
    mixing,
    planted_network,
    write_photographs,
)

CONFIG = CavConfig(layer="mix", rng_seed=4)


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photographs")
    write_photographs(folder / "red", n=24, rng_seed=1, tint=60 * RED)
    write_photographs(folder / "green", n=24, rng_seed=2, tint=60 * GREEN)
    write_photographs(folder / "plain", n=12, rng_seed=3)
    write_photographs(folder / "random", n=80, rng_seed=4)
    return folder


def test_the_colors_planted_in_two_folders_are_found(photographs: Path) -> None:
    file = find_cavs(
        planted_network(),
        [photographs / "red", photographs / "green"],
        photographs / "random",
        CONFIG,
    )

    assert [direction.name for direction in file.directions] == ["red", "green"]
    for direction, color in zip(file.directions, (RED, GREEN), strict=True):
        assert direction.vector @ mixing() @ color > 0.95
        assert direction.passes
        assert direction.quality["held_out_accuracy"] > 0.8
        assert direction.quality["stability"] > 0.9


def test_the_file_says_what_made_it(photographs: Path, tmp_path: Path) -> None:
    file = find_cavs(
        planted_network(), [photographs / "red"], photographs / "random", CONFIG
    )
    write_directions(tmp_path / "red.safetensors", file)
    read = read_directions(tmp_path / "red.safetensors")

    assert (read.network, read.weights_sha256) == ("planted", "12" * 32)
    assert (read.layer, read.method, read.rng_seed) == ("mix", "cav", 4)
    assert read.settings["n_random_sets"] == 20
    assert read.settings["canvas_px"] == 37  # 8/7 of 32 pixels
    assert read.settings["random_set_sizes"] == {"red": 24}
    assert [(i.role, i.n_images) for i in read.images] == [
        ("concept red", 24),
        ("random", 80),
    ]
    assert "scikit-learn" in read.generator["libraries"]


def test_the_same_photographs_make_the_same_bytes(
    photographs: Path, tmp_path: Path
) -> None:
    def content(name: str, config: CavConfig) -> bytes:
        file = find_cavs(
            planted_network(), [photographs / "red"], photographs / "random", config
        )
        write_directions(tmp_path / name, file)
        return (tmp_path / name).read_bytes()

    assert content("a.safetensors", CONFIG) == content("b.safetensors", CONFIG)
    other = replace(CONFIG, rng_seed=5)
    assert content("c.safetensors", other) != content("a.safetensors", CONFIG)


def test_a_concept_does_not_depend_on_its_companions(photographs: Path) -> None:
    def red(*concepts: str) -> np.ndarray:
        file = find_cavs(
            planted_network(),
            [photographs / name for name in concepts],
            photographs / "random",
            CONFIG,
        )
        return file.by_name["red"].vector

    assert np.array_equal(red("red"), red("green", "red"))


def test_random_photographs_may_hold_the_concept(photographs: Path) -> None:
    file = find_cavs(planted_network(), [photographs / "red"], photographs, CONFIG)

    assert file.directions[0].vector @ mixing() @ RED > 0.7


def test_a_concept_like_anything_else_is_refused_with_its_numbers(
    photographs: Path,
) -> None:
    with pytest.raises(DirectionError, match=r"plain: held-out accuracy 0\.\d.*weak"):
        find_cavs(
            planted_network(), [photographs / "plain"], photographs / "random", CONFIG
        )


def test_a_weak_concept_is_kept_only_when_marked(photographs: Path) -> None:
    file = find_cavs(
        planted_network(),
        [photographs / "plain", photographs / "red"],
        photographs / "random",
        replace(CONFIG, keep_weak=True),
    )

    assert [direction.passes for direction in file.directions] == [False, True]


def test_wrong_requests_are_refused(photographs: Path, tmp_path: Path) -> None:
    network, red, random = planted_network(), photographs / "red", photographs
    few = write_photographs(tmp_path / "few", n=3, rng_seed=0)
    (tmp_path / "花").mkdir()

    with pytest.raises(LayerNotFoundError, match="close names: mix"):
        find_cavs(network, [red], random, replace(CONFIG, layer="mixx"))
    with pytest.raises(ConfigError, match="folder name of its own; got red, red"):
        find_cavs(network, [red, red], random, CONFIG)
    with pytest.raises(DirectionError, match="at least 6 photographs"):
        find_cavs(network, [few], random, CONFIG)
    with pytest.raises(ConfigError, match="letters, digits"):
        find_cavs(network, [tmp_path / "花"], random, CONFIG)
    with pytest.raises(PhotographError, match="no folder"):
        find_cavs(network, [tmp_path / "gone"], random, CONFIG)
    with pytest.raises(ConfigError, match="canvas_px"):
        find_cavs(network, [red], random, replace(CONFIG, canvas_px=0))


def test_every_unreadable_photograph_is_named(
    photographs: Path, tmp_path: Path
) -> None:
    folder = write_photographs(tmp_path / "red", n=40, rng_seed=0, tint=RED)
    for name in ("005.png", "038.png"):
        (folder / name).write_bytes(b"none" + name.encode())

    with pytest.raises(PhotographError, match=r"(?s)005\.png.*038\.png"):
        find_cavs(planted_network(), [folder], photographs / "random", CONFIG)


@pytest.mark.parametrize(
    ("folder", "name"), [("stripes", "stripes"), ("red rose (1)", "red_rose_1")]
)
def test_a_direction_takes_its_folders_name(folder: str, name: str) -> None:
    assert name_of_folder(Path("photos") / folder) == name
