"""Spatial frequency spectra: the fall-off of natural images, assumed or measured.

`natural_spectrum.py` keeps the measured one.
"""

from collections.abc import Iterable

import torch
from torch import Tensor

from generator.errors import PoolError
from generator.parameterization.color import from_rgb


def frequencies(height: int, width: int) -> Tensor:
    """(height, width // 2 + 1) cycles per pixel, the layout of `torch.fft.rfft2`."""
    vertical = torch.fft.fftfreq(height, dtype=torch.double)[:, None]  # (H, 1)
    horizontal = torch.fft.rfftfreq(width, dtype=torch.double)[None, :]  # (1, W // 2+1)
    return torch.hypot(vertical, horizontal)


def fourier_scale(height: int, width: int, *, decay_power: float) -> Tensor:
    """Weights that give white noise the power fall-off of natural images.

    A spatial frequency f is weighted by 1 / f**decay_power; the zero frequency is
    given the weight of one cycle per image.

    Args:
        height, width: image size in pixels.
        decay_power: exponent of the fall-off; 0 leaves the spectrum flat.

    Returns:
        (height, width // 2 + 1) float64.

    Source: Olah, Mordvintsev & Schubert (2017), Feature Visualization.
        https://distill.pub/2017/feature-visualization
    """
    one_cycle_per_image = 1 / max(height, width)
    floor = frequencies(height, width).clamp_min(one_cycle_per_image)
    return floor**-decay_power


def natural_magnitude(canvases: Iterable[Tensor]) -> Tensor:
    """Mean magnitude spectrum of photographs, in decorrelated channels.

    Args:
        canvases: each (3, H, W) in [0, 1], all of one size; taken one at a time,
            because the pool may be large.

    Returns:
        (3, H, W // 2 + 1) float32, of the un-normalized transform.

    Raises:
        PoolError: there is no photograph.

    Source: Fel et al. (2023), Unlocking Feature Visualization for Deep Networks with
        MAgnitude Constrained Optimization, arXiv 2306.06805.
    """
    total, count = torch.zeros(()), 0
    for canvas in canvases:
        total = total + torch.fft.rfft2(from_rgb(canvas[None]))[0].abs()
        count += 1
    if count == 0:
        raise PoolError("a natural spectrum needs at least one photograph; got none")
    return total / count
