"""Spatial frequency spectra: the fall-off of natural images, assumed or measured."""

import torch
from torch import Tensor

from generator.color import from_rgb
from generator.errors import PoolError

_CHANNEL_AMPLITUDE = (1.0, 0.4, 0.35)
"""Typical amplitude of each decorrelated channel over the first one's."""


def frequencies(height: int, width: int) -> Tensor:
    """(height, width // 2 + 1) cycles per pixel, the layout of `torch.fft.rfft2`."""
    vertical = torch.fft.fftfreq(height)[:, None]  # (H, 1)
    horizontal = torch.fft.rfftfreq(width)[None, :]  # (1, W // 2 + 1)
    return torch.hypot(vertical, horizontal)


def fourier_scale(height: int, width: int, *, decay_power: float) -> Tensor:
    """Weights that give white noise the power fall-off of natural images.

    A spatial frequency f is weighted by 1 / f**decay_power; the zero frequency is
    given the weight of one cycle per image.

    Args:
        height, width: image size in pixels.
        decay_power: exponent of the fall-off; 0 leaves the spectrum flat.

    Returns:
        (height, width // 2 + 1) float32.

    Source: Olah, Mordvintsev & Schubert (2017), Feature Visualization.
        https://distill.pub/2017/feature-visualization
    """
    one_cycle_per_image = 1 / max(height, width)
    floor = frequencies(height, width).clamp_min(one_cycle_per_image)
    return floor**-decay_power


def natural_magnitude(canvases: Tensor) -> Tensor:
    """Mean magnitude spectrum of photographs, in decorrelated channels.

    Args:
        canvases: (B, 3, H, W) in [0, 1].

    Returns:
        (3, H, W // 2 + 1) float32, of the un-normalized transform.

    Raises:
        PoolError: there is no photograph.

    Source: Fel et al. (2023), Unlocking Feature Visualization for Deep Networks with
        MAgnitude Constrained Optimization, arXiv 2306.06805.
    """
    if len(canvases) == 0:
        raise PoolError("a natural spectrum needs at least one photograph; got none")
    total = torch.zeros(())
    for canvas in canvases:  # one at a time: the pool may be large
        total = total + torch.fft.rfft2(from_rgb(canvas[None]))[0].abs()
    return total / len(canvases)


def assumed_magnitude(height: int, width: int) -> Tensor:
    """A spectrum that falls with 1 / f, for when no photographs are at hand.

    Returns:
        (3, height, width // 2 + 1) float32.
    """
    falling = fourier_scale(height, width, decay_power=1.0)
    amplitude = torch.tensor(_CHANNEL_AMPLITUDE)[:, None, None]  # (3, 1, 1)
    return amplitude * falling
