"""NMF and PCA from a folder of photographs to a direction file."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from generator.concepts.components import ComponentsConfig, find_components
from generator.directions.files import write_directions
from generator.errors import (
    ConfigError,
    DirectionError,
    FeatureNotFoundError,
    LayerNotFoundError,
)
from tests.generator.concepts.planted import (
    RED,
    mixing,
    planted_network,
    write_photographs,
)

PCA = ComponentsConfig(layer="mix", method="pca", rank=3)
NMF = ComponentsConfig(layer="relu", method="nmf", rank=3)


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of two kinds, gray and strongly red, so that red varies most."""
    folder = tmp_path_factory.mktemp("photographs")
    write_photographs(folder / "red", n=10, rng_seed=1, tint=110 * RED, spread=5)
    write_photographs(folder / "gray", n=30, rng_seed=2, spread=5)
    return folder


def test_the_color_that_varies_most_is_the_first_component(photographs: Path) -> None:
    file = find_components(planted_network(), photographs, PCA)

    first = file.by_name["pca_0"]
    assert abs(first.vector @ mixing() @ RED) > 0.99
    assert first.quality["share"] > 0.5
    # Three colors are all that varies in the channels.
    assert file.quality["explained_variance"] == pytest.approx(1)


def test_the_file_says_how_many_positions_were_used(photographs: Path) -> None:
    config = replace(PCA, max_rows=400, crop_share=0.5)

    file = find_components(planted_network(), photographs, config)

    assert file.settings["n_crops"] == 40 * 9
    assert file.settings["n_rows"] == 40 * 9  # one of each crop
    assert [(i.role, i.n_images) for i in file.images] == [("photographs", 40)]


def test_nmf_after_a_relu_needs_no_rectifying(photographs: Path) -> None:
    file = find_components(planted_network(), photographs, NMF)

    assert [direction.name for direction in file.directions] == [
        "nmf_0",
        "nmf_1",
        "nmf_2",
    ]
    assert min(direction.vector.min() for direction in file.directions) >= 0
    assert file.quality["explained_variance"] > 0.8


def test_rectified_activations_are_those_after_the_relu(photographs: Path) -> None:
    after = find_components(planted_network(), photographs, NMF)
    rectified = find_components(
        planted_network(), photographs, replace(NMF, layer="mix", rectify=True)
    )

    for one, two in zip(after.directions, rectified.directions, strict=True):
        assert np.allclose(one.vector, two.vector, atol=1e-5)


def test_negative_activations_are_refused_for_nmf(photographs: Path) -> None:
    with pytest.raises(DirectionError, match="never negative"):
        find_components(planted_network(), photographs, replace(NMF, layer="mix"))


def test_a_feature_restricts_the_crops_to_its_strongest(photographs: Path) -> None:
    config = replace(PCA, feature="logit:red", n_top=10)

    file = find_components(planted_network(), photographs, config)

    # Among the ten red photographs red no longer varies most.
    assert file.settings["n_crops"] == 10
    assert abs(file.by_name["pca_0"].vector @ mixing() @ RED) < 0.9


@pytest.mark.parametrize("config", [PCA, replace(NMF, max_rows=500, prefix="part")])
def test_the_same_photographs_make_the_same_bytes(
    photographs: Path, tmp_path: Path, config: ComponentsConfig
) -> None:
    contents = []
    for name in ("one.safetensors", "two.safetensors"):
        file = find_components(planted_network(), photographs, config)
        write_directions(tmp_path / name, file)
        contents.append((tmp_path / name).read_bytes())

    assert contents[0] == contents[1]


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"layer": "mixx"}, LayerNotFoundError, "close names: mix"),
        ({"rank": 7}, ConfigError, "at most 6, the channels of mix; got 7"),
        ({"feature": "logit:rde"}, FeatureNotFoundError, "close names: red"),
        ({"feature": "logit:#1"}, ConfigError, "name one logit"),
        ({"feature": "red"}, ConfigError, "LAYER:UNIT"),
    ],
)
def test_wrong_requests_are_refused_before_any_photograph_is_read(
    tmp_path: Path, changes: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        find_components(planted_network(), tmp_path / "gone", replace(PCA, **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"rank": 0},
        {"n_top": 0},
        {"max_rows": 0},
        {"crop_share": 0.1},
        {"crop_share": 1.5},
        {"method": "ica"},
        {"rectify": True},
    ],
)
def test_settings_out_of_range_are_refused(changes: dict[str, Any]) -> None:
    (name,) = changes

    with pytest.raises(ConfigError, match=name):
        replace(PCA, **changes)
