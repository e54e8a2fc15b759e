"""What is measured of a picture, against values worked out by hand."""

import math

import pytest
import torch
from torch import Tensor, nn

from generator.capture import layer_activations
from generator.metrics import (
    change_diversity,
    latent_distance,
    measure_pictures,
    pixel_rmse,
    spectral_slope,
)
from generator.objectives import Unit
from generator.parameterization.spectrum import frequencies
from tests.generator.toy_network import picture, toy_module, toy_network


def test_the_latent_distance_is_the_mean_channel_norm() -> None:
    """Differences of (3, 4) everywhere have norm 5; the reference has norm 10."""
    near = torch.tensor([6.0, 8.0])[:, None, None].expand(2, 3, 3)
    seen = near + torch.tensor([3.0, 4.0])[:, None, None]

    found = latent_distance(seen, near)

    assert found.absolute == pytest.approx(5)
    assert found.relative == pytest.approx(0.5)
    assert math.isnan(latent_distance(seen, torch.zeros(2, 3, 3)).relative)


@pytest.mark.parametrize("slope", [-0.5, -1.0, -1.5])
def test_the_spectral_slope_of_a_made_spectrum_is_recovered(slope: float) -> None:
    rng = torch.Generator().manual_seed(0)
    phase = 2 * math.pi * torch.rand(64, 33, generator=rng)
    amplitude = frequencies(64, 64).float().clamp_min(1e-3) ** slope
    amplitude[0, 0] = 0
    gray = torch.fft.irfft2(torch.polar(amplitude, phase), s=(64, 64))

    assert spectral_slope(gray.expand(3, -1, -1)) == pytest.approx(slope, abs=0.05)


def test_a_plain_picture_has_no_spectral_slope() -> None:
    assert math.isnan(spectral_slope(torch.full((3, 32, 32), 0.4)))


def test_the_pixel_distance_is_in_image_units() -> None:
    assert pixel_rmse(torch.full((3, 4, 4), 0.75), torch.zeros(3, 4, 4)) == 0.75


def test_diversity_runs_from_equal_changes_to_opposite_ones() -> None:
    up, right = torch.tensor([0.0, 2.0]), torch.tensor([1.0, 0.0])

    assert change_diversity([up, 3 * up]) == pytest.approx(0)
    assert change_diversity([up, right]) == pytest.approx(1)
    assert change_diversity([up, -up]) == pytest.approx(2)
    assert math.isnan(change_diversity([up]))


def test_specificity_compares_a_units_gain_with_those_of_its_layer() -> None:
    network = toy_network()
    before, after = picture(16, 16)[None], picture(16, 16, rng_seed=1)[None]
    unit = Unit(layer="logit", index=2, label=None)

    (found,) = measure_pictures(network, after, before, [unit], layers=["conv1"])

    with torch.no_grad():
        view = [(image - 0.5) / 0.25 for image in (after, before)]
        gains = (toy_module()(view[0]) - toy_module()(view[1]))[0]
    others = gains[[0, 1, 3]].abs().median()
    assert found.specificity == pytest.approx(float(gains[2] / others), rel=1e-4)
    assert found.activation_after - found.activation_before == pytest.approx(
        float(gains[2]), abs=1e-6
    )
    assert len(found.top_after) == 4
    assert set(found.latent) == {"conv1"}


def test_the_channel_change_is_what_a_layer_gains_over_the_seed_image() -> None:
    before, after = picture(16, 16)[None], picture(16, 16, rng_seed=1)[None]
    unit = Unit(layer="logit", index=2, label=None)

    (found,) = measure_pictures(toy_network(), after, before, [unit], layers=["conv1"])

    with torch.no_grad():
        view = [(image - 0.5) / 0.25 for image in (after, before)]
        now, then = (toy_module().conv1(seen)[0].mean((1, 2)) for seen in view)
    change = found.latent["conv1"].channel_change
    assert torch.allclose(change, now - then, atol=1e-6)
    assert set(found.as_record()["latent"]["conv1"]) == {"absolute", "relative"}


class Tokens(nn.Module):
    """A class token before four patch tokens of five channels each."""

    def __init__(self) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(0)
            self.patches = nn.Conv2d(3, 5, 8, stride=8)
            self.mixed = nn.Linear(5, 5)
            self.readout = nn.Linear(5, 4)

    def forward(self, images: Tensor) -> Tensor:
        places = self.patches(images).flatten(2).transpose(1, 2)  # (B, 4, 5)
        class_token = 100 * places.mean(1, keepdim=True) ** 3
        tokens: Tensor = self.mixed(torch.cat([class_token, places], dim=1))
        return self.readout(tokens.mean(1))  # type: ignore[no-any-return]


@pytest.mark.parametrize("position", [None, 3])
def test_specificity_compares_units_at_the_places_that_the_feature_reads(
    position: int | None,
) -> None:
    network = toy_network(Tokens())
    before, after = picture(16, 16)[None], picture(16, 16, rng_seed=1)[None]
    unit = Unit(
        layer="mixed", index=2, label=None, position=position, n_prefix_tokens=1
    )

    (found,) = measure_pictures(network, after, before, [unit], layers=["patches"])

    views = [network.preprocessing.normalize(image) for image in (after, before)]
    seen = [layer_activations(network, view, ["mixed"])["mixed"][0] for view in views]
    change = (seen[0] - seen[1]).detach()  # (C, class token and four places)
    gains = change[:, 1:].mean(1) if position is None else change[:, position]
    low, high = gains[[0, 1, 3, 4]].abs().sort().values[1:3]
    expected = float(gains[2] / ((low + high) / 2))
    assert found.specificity == pytest.approx(expected, rel=1e-3)
