"""A distance budget: how it is written, and what is refused."""

import pytest

from generator.config import AccentuationConfig
from generator.errors import ConfigError
from generator.goals.budget import DistanceBudget


def test_a_budget_is_read_as_it_is_written() -> None:
    budget = DistanceBudget.parse("latent_relative=0.3")

    assert budget == DistanceBudget(kind="latent_relative", distance=0.3)
    assert str(budget) == "latent_relative=0.3"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0.3", "KIND=DISTANCE"),
        ("ssim", "KIND=DISTANCE"),
        ("lpips=0.3", "latent, latent_relative, pixel_rmse, ssim"),
        ("latent=0", "above 0"),
        ("latent=nan", "above 0"),
        ("ssim=1", "below 1"),
        ("pixel_rmse=2", "below 1"),
    ],
)
def test_a_budget_out_of_range_is_refused(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        DistanceBudget.parse(text)


def test_five_percent_are_allowed() -> None:
    budget = DistanceBudget(kind="latent", distance=2.0)

    assert budget.is_met_by(2.09)
    assert budget.is_met_by(1.91)
    assert not budget.is_met_by(2.11)
    assert not budget.is_met_by(1.89)


def test_a_budget_without_anything_to_hold_back_is_refused() -> None:
    with pytest.raises(ConfigError, match="regularization_weight above 0"):
        AccentuationConfig(distance_budget="latent=1", regularization_weight=0)
    with pytest.raises(ConfigError, match="regularization_weight above 0"):
        AccentuationConfig(distance_budget="latent=1", layer_weights=(0.0,))
    assert AccentuationConfig(
        distance_budget="ssim=0.2", layer_weights=(0.0,), pixel_weight=1.0
    ).budget == DistanceBudget(kind="ssim", distance=0.2)
