"""Presets and the rules of the settings they are made of."""

from typing import Any

import pytest
import torch

from generator.accentuation import accentuate
from generator.accentuation_job import AccentuationJob
from generator.config import AccentuationConfig, SearchConfig, VisualizationConfig
from generator.errors import ConfigError
from generator.features import FeatureId
from tests.generator.toy_network import picture, toy_network


@pytest.mark.parametrize("name", ["default", "careful", "faccent", "horama", "lucid"])
def test_every_preset_of_accentuation_runs(name: str) -> None:
    config = AccentuationConfig.preset(name).with_changes(
        steps=2, draws_per_step=2, balance_draws=4
    )
    job = AccentuationJob(
        seed_image=picture(48, 48),
        feature=FeatureId(layer="logit", unit="line"),
        rng_seed=0,
    )

    (made,) = accentuate(toy_network(), [job], config)

    assert torch.isfinite(made.image).all()
    assert made.image.shape == (3, 48, 48)


def test_the_reference_preset_has_the_published_constants() -> None:
    config = AccentuationConfig.preset("faccent")

    assert (config.canvas_px, config.steps, config.learning_rate) == (512, 98, 0.05)
    assert (config.draws_per_step, config.crop_range) == (16, (0.05, 0.99))
    assert (config.crop_law, config.resize_law) == ("truncated", "aligned")
    assert (config.noise_at, config.value_range) == ("crop", (-2.0, 2.0))
    assert (config.balance_draws, config.balance_offset) == (16, 0.0)


def test_both_kinds_of_search_share_their_defaults() -> None:
    """But for the settings that a noise start needs to be otherwise."""
    accentuation, visualization = AccentuationConfig(), VisualizationConfig()
    shared = set(SearchConfig.__dataclass_fields__) - {"steps", "learning_rate"}

    for name in shared:
        assert getattr(accentuation, name) == getattr(visualization, name)


@pytest.mark.parametrize(
    "changes",
    [
        {"optimizer": "lion"},
        {"crop_law": "anywhere"},
        {"crop_outside": "black"},
        {"resize_law": "nearest"},
        {"noise_at": "output"},
        {"noise_unit": "levels"},
        {"phase_law": "normal"},
        {"mean_decay": 1.0},
        {"square_decay": -0.1},
        {"border_factor": 0.5},
        {"crop_side_path": (0.5, 0.0)},
        {"crop_side_sd": -1.0},
        {"crop_center_sd": float("nan")},
        {"jitter_pad": -0.1},
        {"jitter_shifts": (0.1, 0.9)},
        {"jitter_scale": (1.1, 0.9)},
        {"jitter_turn_degrees": 200},
        {"value_range": (1.0, 1.0)},
        {"value_range": (2.0, -2.0)},
        {"noise_unit": "range"},
        {"noise_at": "crop", "crop_law": "jitter"},
        {"noise_at": "crop", "crop_law": "padded"},
        {"resize_law": "aligned", "crop_law": "toroidal"},
        {"resize_law": "aligned", "crop_law": "centered", "crop_stays_inside": False},
        {"black_margin": 0.5},
        {"pgd_radius": 0.0, "optimizer": "sgd"},
    ],
)
def test_settings_out_of_range_or_at_odds_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        AccentuationConfig(**changes)


def test_projected_descent_stays_in_its_ball() -> None:
    """Found to within half a level of the 8 bits that are kept."""
    config = AccentuationConfig(
        steps=5,
        optimizer="sgd",
        learning_rate=1000.0,
        cool_down=0.0,
        pgd_radius=0.5,
        regularization_weight=0.0,
        balance_draws=4,
    )
    seed_image = picture(20, 20)
    job = AccentuationJob(
        seed_image=seed_image,
        feature=FeatureId(layer="logit", unit="line"),
        rng_seed=0,
    )

    (made,) = accentuate(toy_network(), [job], config)

    half_levels = 0.5 / 255 * (3 * 20 * 20) ** 0.5
    moved = (made.image - seed_image).norm().item()
    assert 0.5 - half_levels < moved < 0.5 + half_levels
    assert made.activation_after > made.activation_before


def test_horama_stretches_the_photograph_and_penalizes_its_pixels_as_they_are() -> None:
    """A gray ramp from 0.3 to 0.7 starts from black to white; b is 1."""
    ramp = torch.linspace(0.3, 0.7, 24).expand(3, 24, 24)
    few = AccentuationConfig.preset("horama").with_changes(
        canvas_px=24, steps=1, balance_draws=4, draws_per_step=2, learning_rate=1e-9
    )
    feature = FeatureId("logit", "wave")
    job = AccentuationJob(seed_image=ramp, feature=feature, rng_seed=0)

    (made,) = accentuate(toy_network(), [job], few)

    assert made.image.min() < 0.01
    assert made.image.max() > 0.99
    assert [(one.name, one.balance) for one in made.penalties] == [("pixel", 1.0)]


def test_a_stretched_seed_image_needs_magnitudes_that_are_free() -> None:
    with pytest.raises(ConfigError, match="stretch_seed"):
        AccentuationConfig(stretch_seed=True, parameterization="fourier_phase")


def test_a_canvas_that_no_memory_holds_is_refused() -> None:
    with pytest.raises(ConfigError, match="at most 4096"):
        AccentuationConfig(canvas_px=100_000)
