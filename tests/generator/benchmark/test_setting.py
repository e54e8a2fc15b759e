"""What is held equal when libraries are timed."""

import json
from pathlib import Path
from typing import Any

import pytest

from generator.benchmark.setting import BenchmarkSetting
from generator.errors import ConfigError

PHOTOGRAPH = Path("photographs") / "cat.jpg"


@pytest.mark.parametrize("weights", [None, Path("weights.safetensors")])
@pytest.mark.parametrize("layer", [None, "features.3"])
def test_setting_survives_a_trip_through_json(
    weights: Path | None, layer: str | None
) -> None:
    setting = BenchmarkSetting(
        photograph=PHOTOGRAPH, weights=weights, regularization_layer=layer, steps=7
    )

    text = json.dumps(setting.to_json())

    assert BenchmarkSetting.from_json(json.loads(text)) == setting


def test_fields_left_out_of_the_json_have_their_defaults() -> None:
    read = BenchmarkSetting.from_json({"photograph": str(PHOTOGRAPH)})

    assert read == BenchmarkSetting(photograph=PHOTOGRAPH)


def test_unknown_field_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match=r"no crops; it has .*draws_per_step"):
        BenchmarkSetting.from_json({"photograph": str(PHOTOGRAPH), "crops": 16})


def test_missing_photograph_is_refused() -> None:
    with pytest.raises(ConfigError, match="names its photograph"):
        BenchmarkSetting.from_json({"steps": 4})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("canvas_px", 0),
        ("canvas_px", 513),
        ("draws_per_step", 0),
        ("n_threads", 0),
        ("logit", -1),
        ("random_weights", -1),
        ("rng_seed", -1),
        ("steps", 1),
        ("regularization_weight", 0.0),
        ("regularization_weight", float("nan")),
    ],
)
def test_value_out_of_range_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=name):
        BenchmarkSetting.from_json({"photograph": str(PHOTOGRAPH), name: value})
