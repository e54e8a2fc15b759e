"""The parameterization that a config names, made for given images or for noise."""

import math

from torch import Tensor

from generator.parameterization import Parameterization
from generator.parameterization.bordered import BorderedFourier
from generator.parameterization.fourier import Fourier
from generator.parameterization.fourier_phase import FourierPhase
from generator.parameterization.laplacian import Laplacian
from generator.parameterization.pixel import Pixel
from generator.search.config import SearchConfig


def for_images(config: SearchConfig, images: Tensor) -> Parameterization:
    """To start from images (B, 3, H, W)."""
    if config.parameterization in {"fourier_phase", "fourier_phase_gated"}:
        return FourierPhase.of_images(
            images,
            gated=config.parameterization == "fourier_phase_gated",
            decorrelate=config.decorrelate,
        )
    height, width = images.shape[-2:]
    return _free(config, height, width, standardize=False)


def for_noise(config: SearchConfig, magnitude: Tensor) -> Parameterization:
    """To start from square noise.

    Args:
        magnitude: (3, N, N // 2 + 1) natural spectrum, for `fourier_phase`.
    """
    side = magnitude.shape[-2]
    standardize = config.standardize_noise
    if config.parameterization == "fourier_phase":
        return FourierPhase(
            magnitude=magnitude[None],
            width=side,
            phase_law=config.phase_law,
            standardize=True if standardize is None else standardize,
            decorrelate=config.decorrelate,
        )
    return _free(config, side, side, standardize=bool(standardize))


def _free(
    config: SearchConfig, height: int, width: int, *, standardize: bool
) -> Parameterization:
    """Any image can be reached: pixels, a pyramid or Fourier coefficients."""
    pixels = math.sqrt(height * width) if config.unnormalized_fourier else 1.0
    desaturation = config.desaturation * pixels
    if config.parameterization == "pixel":
        return Pixel(
            height=height,
            width=width,
            desaturation=desaturation,
            standardize=standardize,
            decorrelate=config.decorrelate,
        )
    if config.parameterization == "fourier_bordered":
        return BorderedFourier.around(
            height,
            width,
            border_factor=config.border_factor,
            decay_power=config.decay_power,
            desaturation=desaturation,
            standardize=standardize,
            decorrelate=config.decorrelate,
        )
    made = Laplacian if config.parameterization == "laplacian" else Fourier
    return made(
        height=height,
        width=width,
        decay_power=config.decay_power,
        desaturation=desaturation,
        standardize=standardize,
        decorrelate=config.decorrelate,
    )
