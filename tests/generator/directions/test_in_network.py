"""Directions that belong to a network."""

from dataclasses import replace
from pathlib import Path

import pytest

from generator.concepts.random_directions import (
    RandomDirectionsConfig,
    draw_directions,
)
from generator.directions.files import write_directions
from generator.directions.in_network import with_directions
from generator.errors import DirectionError
from tests.generator.toy_network import toy_network


def drawn(folder: Path, layer: str, prefix: str) -> Path:
    path = folder / f"{layer}-{prefix}.safetensors"
    config = RandomDirectionsConfig(layer=layer, n=2, prefix=prefix)
    write_directions(path, draw_directions(toy_network(), config))
    return path


def test_a_network_takes_the_directions_of_several_files(tmp_path: Path) -> None:
    network = toy_network()

    equipped = with_directions(
        network, [drawn(tmp_path, "conv1", "early"), drawn(tmp_path, "conv2", "late")]
    )

    assert list(equipped.directions) == ["early_0", "early_1", "late_0", "late_1"]
    assert equipped.directions["late_0"].layer == "conv2"
    assert equipped.module is network.module
    assert network.directions == {}


def test_directions_of_other_weights_are_refused(tmp_path: Path) -> None:
    other = replace(toy_network(), weights_sha256="9" * 64)

    with pytest.raises(DirectionError, match=r"belong to toy .* Fit them again"):
        with_directions(other, [drawn(tmp_path, "conv1", "a")])


def test_a_direction_must_fit_its_layer(tmp_path: Path) -> None:
    # Conv1 and conv2 have 6 and 8 channels: a hand-made network may share a hash.
    path = drawn(tmp_path, "conv2", "a")
    network = toy_network()
    conv1 = next(layer for layer in network.layers if layer.name == "conv1")
    object.__setattr__(network, "layers", (replace(conv1, name="conv2"),))

    with pytest.raises(DirectionError, match="channels: 8; layer 'conv2' has 6"):
        with_directions(network, [path])


def test_one_name_stands_for_one_direction(tmp_path: Path) -> None:
    with pytest.raises(DirectionError, match="'a_0', and so does another"):
        with_directions(
            toy_network(),
            [drawn(tmp_path, "conv1", "a"), drawn(tmp_path, "conv2", "a")],
        )
