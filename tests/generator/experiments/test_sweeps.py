"""Sweeps: one setting changes, all else stays."""

from pathlib import Path

import pytest

from generator.config import AccentuationConfig
from generator.errors import ConfigError, LayerNotFoundError
from tests.generator.experiments.little_world import (
    request_of,
    rows_of,
    studio_of,
    write_photographs,
)


@pytest.fixture
def photograph(tmp_path: Path) -> list[Path]:
    return write_photographs(tmp_path / "photographs", 1)


def test_lambda_runs_from_none_to_ten(photograph: list[Path], tmp_path: Path) -> None:
    rows = rows_of("lambda-sweep", request_of(photograph), tmp_path / "out")

    assert [row["lambda"] for row in rows] == [0, 0.01, 0.1, 0.3, 1, 3, 10]
    assert [row["regularization_weight"] for row in rows] == [
        row["lambda"] for row in rows
    ]


def test_a_heavy_penalty_keeps_the_picture_nearer(
    photograph: list[Path], tmp_path: Path
) -> None:
    config = AccentuationConfig(
        steps=20, draws_per_step=2, balance_draws=8, canvas_px=32
    )
    request = request_of(photograph, values=("0", "100"), config=config)

    free, held = rows_of("lambda-sweep", request, tmp_path / "out")

    assert held["latent_distance"] < free["latent_distance"]


def test_crop_sides_are_the_six_of_the_paper(
    photograph: list[Path], tmp_path: Path
) -> None:
    rows = rows_of("crop-sweep", request_of(photograph), tmp_path / "out")

    assert [(row["crop_low"], row["crop_high"]) for row in rows] == [
        (0.05, 0.99),
        (0.05, 0.50),
        (0.25, 0.99),
        (0.50, 0.99),
        (0.85, 0.95),
        (0.90, 0.99),
    ]


def test_layers_are_compared_at_equal_activation(
    photograph: list[Path], tmp_path: Path
) -> None:
    config = AccentuationConfig(
        steps=12, draws_per_step=2, balance_draws=4, canvas_px=32, learning_rate=0.1
    )
    request = request_of(photograph, features=("logit:star",), config=config)

    rows = rows_of("layer-sweep", request, tmp_path / "out")

    ends = [row for row in rows if row["compared_at"] == "equal steps"]
    equal = [row for row in rows if row["compared_at"] == "equal activation"]
    level = min(row["activation_after"] for row in ends)
    gain = level - ends[0]["activation_before"]
    assert [row["layer"] for row in ends] == [row["layer"] for row in equal]
    assert {row["status"] for row in equal} == {"made"}
    for row in equal:
        assert row["activation_after"] == pytest.approx(row["level"], abs=0.02 * gain)
        assert "-at-equal-activation" in row["file"]


def test_a_level_out_of_reach_is_flagged(
    photograph: list[Path], tmp_path: Path
) -> None:
    request = request_of(photograph, level=1e6, values=("0",))

    _, midway = rows_of("layer-sweep", request, tmp_path / "out")

    assert midway["status"] == "target_not_reached"


def test_every_stage_can_be_asked_for(photograph: list[Path], tmp_path: Path) -> None:
    request = request_of(photograph, features=("2:3",), values=("all",))

    rows = rows_of("layer-sweep", request, tmp_path / "out")

    assert [row["layer"] for row in rows[: len(rows) // 2]] == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("name", "values", "remedy"),
    [
        ("lambda-sweep", ("much",), "Example: --values"),
        ("lambda-sweep", ("-1",), "regularization_weight must be at least 0"),
        ("crop-sweep", ("0.5",), "LOW-HIGH"),
        ("crop-sweep", ("0.9-0.1",), "low <= high"),
        ("masked", ("120",), "between 0 and 99"),
        ("controls", ("99",), "1 to 3, or all"),
        ("polysemantic", ("0", "1"), "at one layer"),
    ],
)
def test_values_that_mean_nothing_are_refused_before_any_search(
    name: str, values: tuple[str, ...], remedy: str, tmp_path: Path
) -> None:
    photographs = write_photographs(tmp_path / "photographs", 6)

    with pytest.raises(ConfigError, match=remedy):
        studio_of(name, request_of(photographs, values=values), tmp_path / "out")


def test_a_layer_behind_the_feature_is_refused(
    photograph: list[Path], tmp_path: Path
) -> None:
    request = request_of(photograph, features=("0:1",), values=("2",))

    with pytest.raises(ConfigError, match="choose an earlier one"):
        studio_of("layer-sweep", request, tmp_path / "out")


def test_an_unknown_layer_is_refused(photograph: list[Path], tmp_path: Path) -> None:
    with pytest.raises(LayerNotFoundError, match="accentuate layers"):
        studio_of(
            "layer-sweep", request_of(photograph, values=("conv9",)), tmp_path / "out"
        )
