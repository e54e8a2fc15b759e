"""Image ⇄ parameters."""

import numpy as np
import pytest
import torch
from torch import Tensor

from generator.color import from_rgb, mixing_matrix
from generator.config import ParameterizationName, VisualizationConfig
from generator.parameterization import Parameterization
from generator.parameterization.choice import for_noise
from generator.parameterization.fourier import Fourier
from generator.parameterization.fourier_phase import FourierPhase
from generator.parameterization.pixel import Pixel
from generator.spectrum import assumed_magnitude, fourier_scale, natural_magnitude

SIZES = [(16, 16), (17, 17), (16, 21), (21, 16), (33, 8)]
NAMES = ["pixel", "fourier", "phase"]


def made(name: str, images: Tensor, *, decorrelate: bool = True) -> Parameterization:
    height, width = images.shape[-2:]
    if name == "pixel":
        return Pixel(height=height, width=width, decorrelate=decorrelate)
    if name == "fourier":
        return Fourier(height=height, width=width, decorrelate=decorrelate)
    return FourierPhase.of_images(images, decorrelate=decorrelate)


def random_images(batch: int, height: int, width: int) -> Tensor:
    rng = torch.Generator().manual_seed(3)
    return torch.rand(batch, 3, height, width, generator=rng).clamp(1e-4, 1 - 1e-4)


@pytest.mark.parametrize("decorrelate", [True, False])
@pytest.mark.parametrize("batch", [1, 8])
@pytest.mark.parametrize(("height", "width"), SIZES)
@pytest.mark.parametrize("name", NAMES)
def test_an_image_comes_back_from_its_parameters(
    name: str, height: int, width: int, batch: int, decorrelate: bool
) -> None:
    images = random_images(batch, height, width)
    parameterization = made(name, images, decorrelate=decorrelate)

    again = parameterization.to_image(parameterization.from_image(images))

    assert (again - images).abs().max() < 2e-6


def test_gates_start_almost_open() -> None:
    """sigmoid(5) = 0.9933 of each magnitude: darker channels, same phases."""
    images = random_images(2, 16, 17).clamp(0.2, 0.8)
    gated = FourierPhase.of_images(images, gated=True)

    channels = from_rgb(gated.to_image(gated.from_image(images)))

    assert torch.allclose(channels, 0.993307 * from_rgb(images), atol=1e-4)


def test_phases_leave_magnitudes_as_they_are() -> None:
    images = random_images(1, 16, 16)
    phase = FourierPhase.of_images(images)
    moved = phase.from_image(images)
    moved[..., 2:7, 2:7] += 0.5

    spectrum = torch.fft.rfft2(from_rgb(phase.to_image(moved)))[..., 1:-1]

    assert torch.allclose(spectrum.abs(), phase.magnitude[..., 1:-1], rtol=1e-3)


@pytest.mark.parametrize("name", ["pixel", "fourier", "fourier_phase"])
def test_noise_is_an_image_of_the_right_size_and_its_own(
    name: ParameterizationName,
) -> None:
    config = VisualizationConfig(parameterization=name)
    parameterization = for_noise(config, assumed_magnitude(17, 17))
    rngs = [np.random.Generator(np.random.Philox(key)) for key in (1, 2)]

    images = parameterization.to_image(parameterization.random(rngs))

    assert images.shape == (2, 3, 17, 17)
    assert images.min() >= 0
    assert images.max() <= 1
    assert not torch.equal(images[0], images[1])


def test_the_color_matrix_has_the_published_condition_number() -> None:
    assert torch.linalg.cond(
        mixing_matrix(torch.zeros(1, dtype=torch.double))
    ) == pytest.approx(7.56, abs=0.01)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_the_scale_falls_with_frequency_and_fits_the_spectrum(
    height: int, width: int
) -> None:
    scale = fourier_scale(height, width, decay_power=1.0)

    assert scale.shape == torch.fft.rfft2(torch.zeros(height, width)).shape
    assert scale[0, 0] == scale.max() == max(height, width)


def test_the_natural_spectrum_is_the_mean_over_photographs() -> None:
    images = random_images(2, 12, 12)

    magnitude = natural_magnitude(images)

    by_hand = torch.fft.rfft2(from_rgb(images)).abs().mean(0)
    assert torch.allclose(magnitude, by_hand)
