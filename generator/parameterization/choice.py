"""The parameterization that a config names, made for given images or for noise."""

from torch import Tensor

from generator.config import SearchConfig
from generator.parameterization import Parameterization
from generator.parameterization.fourier import Fourier
from generator.parameterization.fourier_phase import FourierPhase
from generator.parameterization.pixel import Pixel


def for_images(config: SearchConfig, images: Tensor) -> Parameterization:
    """To start from images (B, 3, H, W)."""
    if config.parameterization in {"fourier_phase", "fourier_phase_gated"}:
        return FourierPhase.of_images(
            images,
            gated=config.parameterization == "fourier_phase_gated",
            decorrelate=config.decorrelate,
        )
    return _free(config, *images.shape[-2:])


def for_noise(config: SearchConfig, magnitude: Tensor) -> Parameterization:
    """To start from square noise.

    Args:
        magnitude: (3, N, N // 2 + 1) natural spectrum, for `fourier_phase`.
    """
    side = magnitude.shape[-2]
    if config.parameterization == "fourier_phase":
        return FourierPhase(
            magnitude=magnitude[None],
            width=side,
            standardize=True,
            decorrelate=config.decorrelate,
        )
    return _free(config, side, side)


def _free(config: SearchConfig, height: int, width: int) -> Parameterization:
    """Any image can be reached: pixels or Fourier coefficients."""
    if config.parameterization == "pixel":
        return Pixel(
            height=height,
            width=width,
            desaturation=config.desaturation,
            decorrelate=config.decorrelate,
        )
    return Fourier(
        height=height,
        width=width,
        decay_power=config.decay_power,
        desaturation=config.desaturation,
        decorrelate=config.decorrelate,
    )
