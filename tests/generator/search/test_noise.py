"""Noise added to views, and the range in which the network gets them."""

import pytest
import torch

from generator.config import AccentuationConfig
from tests.generator.search.drawing import SILENT, SMOOTH, drawn, random_canvas


@pytest.mark.parametrize("side", [0.1, 0.9])
def test_noise_at_the_network_does_not_depend_on_the_crop(side: float) -> None:
    config = AccentuationConfig(
        crop_range=(side, side), noise_sd=0.1, noise_range=0.0, draws_per_step=50
    )

    crops = drawn(config).apply(torch.full((1, 3, 24, 24), 0.5))

    assert crops.std() == pytest.approx(0.1, rel=0.02)


def test_noise_before_the_resize_is_smoothed_with_the_crop() -> None:
    """The reference's place: what the network gets of it depends on the crop's size."""
    config = AccentuationConfig(
        crop_law="truncated", noise_at="crop", noise_sd=0.1, draws_per_step=8
    )
    canvas = random_canvas()
    draws = drawn(config)

    crops = draws.apply(canvas)

    assert draws.crop_noise is not None
    assert draws.crop_noise.shape == (1, 8, 3, 24, 24)
    silent = drawn(config.with_changes(**SILENT))
    for k in range(8):
        noisy = silent.apply(canvas + draws.crop_noise[:, k])
        assert torch.allclose(crops[k], noisy[k], atol=1e-5)


def test_noise_in_units_of_the_range_is_that_strong_there() -> None:
    config = AccentuationConfig(
        value_range=(-2.5, 2.5),
        noise_unit="range",
        noise_sd=0.3,
        noise_range=0.0,
        draws_per_step=50,
    )

    values = drawn(config).to_network(torch.full((1, 3, 24, 24), 0.5), SMOOTH)

    assert values.mean() == pytest.approx(0, abs=0.01)
    assert values.std() == pytest.approx(0.3, rel=0.02)


def test_the_network_gets_its_own_range_or_the_one_given() -> None:
    white = torch.ones(1, 3, 24, 24)
    config = AccentuationConfig(draws_per_step=1, **SILENT)

    own = drawn(config).to_network(white, SMOOTH)
    given = drawn(config.with_changes(value_range=(-2.0, 2.0))).to_network(
        white, SMOOTH
    )

    assert torch.allclose(own[0, :, 3, 3], torch.tensor([2.0, 3.0, 7.0]), atol=1e-5)
    assert torch.allclose(given, torch.full_like(given, 2.0), atol=1e-5)
