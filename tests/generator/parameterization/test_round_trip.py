"""Image ⇄ parameters."""

from typing import get_args

import numpy as np
import pytest
import torch
from torch import Tensor

from generator.config import (
    AccentuationConfig,
    ParameterizationName,
    VisualizationConfig,
)
from generator.parameterization.bordered import BorderedFourier
from generator.parameterization.choice import for_images, for_noise
from generator.parameterization.color import from_rgb, mixing_matrix
from generator.parameterization.fourier_phase import FourierPhase
from generator.parameterization.laplacian import Laplacian
from generator.parameterization.natural_spectrum import shipped_spectrum
from generator.parameterization.spectrum import fourier_scale
from generator.search.choices import PhaseLaw

SIZES = [(16, 16), (17, 17), (16, 21), (21, 16), (33, 8)]
EXACT = [name for name in get_args(ParameterizationName) if "gated" not in name]
FROM_NOISE = EXACT


def random_images(batch: int, height: int, width: int) -> Tensor:
    rng = torch.Generator().manual_seed(3)
    return torch.rand(batch, 3, height, width, generator=rng).clamp(1e-4, 1 - 1e-4)


def rngs(*keys: int) -> list[np.random.Generator]:
    return [np.random.Generator(np.random.Philox(key)) for key in keys]


@pytest.mark.parametrize("decorrelate", [True, False])
@pytest.mark.parametrize("batch", [1, 8])
@pytest.mark.parametrize(("height", "width"), SIZES)
@pytest.mark.parametrize("name", EXACT)
def test_an_image_comes_back_from_its_parameters(
    name: ParameterizationName, height: int, width: int, batch: int, decorrelate: bool
) -> None:
    config = AccentuationConfig(parameterization=name, decorrelate=decorrelate)
    images = random_images(batch, height, width)
    parameterization = for_images(config, images)

    again = parameterization.to_image(parameterization.from_image(images))

    assert again.dtype == torch.float32
    assert (again - images).abs().max() < 2e-6


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("side", [224, 301])
def test_a_large_image_comes_back_too(name: ParameterizationName, side: int) -> None:
    images = random_images(1, side, side)
    parameterization = for_images(AccentuationConfig(parameterization=name), images)

    again = parameterization.to_image(parameterization.from_image(images))

    assert (again - images).abs().max() < 2e-6


@pytest.mark.parametrize("name", EXACT)
def test_double_precision_is_kept(name: ParameterizationName) -> None:
    images = random_images(2, 16, 21).double()
    parameterization = for_images(AccentuationConfig(parameterization=name), images)

    again = parameterization.to_image(parameterization.from_image(images))

    assert again.dtype == torch.float64
    assert (again - images).abs().max() < 1e-12


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


@pytest.mark.parametrize("name", FROM_NOISE)
def test_noise_is_an_image_of_the_right_size_and_its_own(
    name: ParameterizationName,
) -> None:
    config = VisualizationConfig(parameterization=name)
    parameterization = for_noise(config, shipped_spectrum().resized(17, 17))

    images = parameterization.to_image(parameterization.random(rngs(1, 2)))

    assert images.shape == (2, 3, 17, 17)
    assert images.min() >= 0
    assert images.max() <= 1
    assert not torch.equal(images[0], images[1])


@pytest.mark.parametrize("name", FROM_NOISE)
def test_standardized_noise_has_mean_zero_and_sd_one_before_the_sigmoid(
    name: ParameterizationName,
) -> None:
    """Before the colors are mixed; of phases, after it."""
    config = VisualizationConfig(parameterization=name, standardize_noise=True)
    parameterization = for_noise(config, shipped_spectrum().resized(32, 32))

    images = parameterization.to_image(parameterization.random(rngs(1, 2)).double())

    values = images.logit() if name == "fourier_phase" else from_rgb(images)
    for one in values:
        assert one.mean() == pytest.approx(0, abs=1e-4)
        assert one.std() == pytest.approx(1, abs=0.05)  # 10⁻⁴ is added to it


@pytest.mark.parametrize(("law", "sd"), [("uniform", 1.81), ("standardized", 1.0)])
def test_phases_from_noise_follow_their_law(law: PhaseLaw, sd: float) -> None:
    """Uniform over the full turn has sd 2π / √12."""
    config = VisualizationConfig(parameterization="fourier_phase", phase_law=law)
    parameterization = for_noise(config, shipped_spectrum().resized(64, 64))

    phases = parameterization.random(rngs(1))

    assert phases.std() == pytest.approx(sd, rel=0.03)


def test_standardized_phases_do_not_notice_a_scale_or_a_shift() -> None:
    config = VisualizationConfig(
        parameterization="fourier_phase", phase_law="standardized"
    )
    parameterization = for_noise(config, shipped_spectrum().resized(16, 16))
    phases = parameterization.random(rngs(1))

    same = parameterization.to_image(3 * phases + 0.7)

    assert torch.allclose(same, parameterization.to_image(phases), atol=1e-3)


def test_a_change_of_hidden_coefficients_does_not_wrap_round_the_border() -> None:
    """A gradient at the left edge alone reaches the right edge of a plain Fourier
    picture, but not across the hidden border."""
    images = random_images(1, 32, 32).clamp(0.3, 0.7)

    def change_at_the_right(name: ParameterizationName) -> float:
        config = AccentuationConfig(parameterization=name)
        parameterization = for_images(config, images)
        start = parameterization.from_image(images).requires_grad_()
        before = parameterization.to_image(start)
        (slope,) = torch.autograd.grad(before[..., :, 0].sum(), start)
        after = parameterization.to_image(start + slope)
        moved = (after - before).abs().mean((0, 1, 2))
        return (moved[-1] / moved[0]).item()

    assert change_at_the_right("fourier") > 3 * change_at_the_right("fourier_bordered")


def test_the_border_factor_is_the_size_of_the_hidden_canvas() -> None:
    bordered = BorderedFourier.around(20, 30, border_factor=4)

    assert bordered.random(rngs(1)).shape == (1, 3, 80, 61, 2)


def test_a_pyramid_of_zero_but_for_its_coarsest_level_is_smooth() -> None:
    pyramid = Laplacian(height=16, width=16, decorrelate=False)
    coarsest = torch.zeros(1, 3 * (16 * 16 + 8 * 8 + 4 * 4))
    coarsest[:, -3 * 4 * 4 :] = torch.arange(48.0) / 48

    image = pyramid.to_image(coarsest)

    assert image.diff(dim=-1).abs().max() < 0.05 * (image.max() - image.min())


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
