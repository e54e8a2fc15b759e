"""Controls: what an accentuation is told apart from."""

from pathlib import Path

import pytest
import torch

from generator.config import AccentuationConfig
from generator.experiments.controls import rank_correlation
from generator.features import FeatureId
from tests.generator.experiments.little_world import (
    request_of,
    rows_of,
    write_photographs,
)

CONFIG = AccentuationConfig(
    steps=12, draws_per_step=2, balance_draws=4, canvas_px=32, learning_rate=0.05
)


@pytest.fixture
def photograph(tmp_path: Path) -> list[Path]:
    return write_photographs(tmp_path / "photographs", 1)


def test_every_control_of_the_method_is_there(
    photograph: list[Path], tmp_path: Path
) -> None:
    rows = rows_of("controls", request_of(photograph), tmp_path / "out")

    assert [row["control"] for row in rows] == [
        "none",
        "random feature",
        "random direction",
        "unrelated class",
        "pixel search",
        "from noise, fourier",
        "from noise, fourier_phase",
        *["random weights"] * 3,
    ]
    assert [row["weights"] for row in rows[-3:]] == [
        "top layer random",
        "top 2 layers random",
        "all layers random",
    ]


def test_the_pixel_search_stops_where_the_accentuation_is(
    photograph: list[Path], tmp_path: Path
) -> None:
    request = request_of(photograph, features=("logit:star",), config=CONFIG)

    rows = rows_of("controls", request, tmp_path / "out")

    accentuation = next(row for row in rows if row["control"] == "none")
    pixels = next(row for row in rows if row["control"] == "pixel search")
    gain = accentuation["activation_after"] - accentuation["activation_before"]
    assert pixels["status"] == "made"
    assert pixels["activation_after"] == pytest.approx(
        accentuation["activation_after"], abs=0.05 * gain
    )


def test_random_weights_change_the_picture(
    photograph: list[Path], tmp_path: Path
) -> None:
    request = request_of(photograph, values=("all",), config=CONFIG)

    rows = rows_of("controls", request, tmp_path / "out")

    random = rows[-1]
    assert random["ssim"] < 0.9999  # the search moved
    assert random["activation_after"] > random["activation_before"]
    assert random["change_correlation"] < 0.9
    assert random["percentile_after"] is None


def test_the_random_feature_is_another_one(
    photograph: list[Path], tmp_path: Path
) -> None:
    for rng_seed in range(3):
        rows = rows_of(
            "controls",
            request_of(photograph, features=("2:3",), rng_seed=rng_seed, values=("1",)),
            tmp_path / str(rng_seed),
        )

        drawn = FeatureId.parse(rows[1]["feature_id"])
        assert drawn.layer == "2"
        assert drawn.unit != "3"


def test_rank_correlation_sees_order_only() -> None:
    values = torch.tensor([[0.1, 5.0], [2.0, 3.0]])

    assert rank_correlation(values, values**3) == pytest.approx(1)
    assert rank_correlation(values, -values) == pytest.approx(-1)
