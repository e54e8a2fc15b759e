"""Difference of the log magnitude spectra: sharpness and texture, wherever they lie."""

from dataclasses import dataclass

import torch
from torch import Tensor

_FLOOR = 1e-2
"""Magnitudes are compared above this share of their root mean square: below it the
logarithm would make much of coefficients that nobody sees."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class SpectrumPenalty:
    """Mean over frequencies and colors of Δ².

    Δ is the difference to the seed image of ½ log(|F|² + η²), with F the orthonormal
    transform and η a hundredth of the root mean square of the seed image's |F|, its
    mean brightness left out. Phases do not count, so a region cannot weigh it.
    """

    weight: float
    layer: None = None
    name: str = "spectrum"
    is_squared: bool = True

    def values(self, canvases: Tensor, seed_images: Tensor) -> Tensor:
        """(J, 3, H, W) in [0, 1], twice, to (J,)."""
        seen, near = _power(canvases), _power(seed_images)
        count = _times_counted(canvases.shape[-1], like=seen)  # (W // 2 + 1,)
        share = count / (count.sum() * canvases.shape[-2])
        varying = near.clone()
        varying[..., 0, 0] = 0
        floor = _FLOOR**2 * (varying * share).sum((1, 2, 3)) / near.shape[1]
        floor = floor.clamp_min(torch.finfo(near.dtype).tiny)[:, None, None, None]
        apart = ((seen + floor).log() - (near + floor).log()) / 2
        return (apart.square() * share).sum((2, 3)).mean(1)


def _power(images: Tensor) -> Tensor:
    """|F|², (J, 3, H, W // 2 + 1)."""
    spectrum = torch.view_as_real(torch.fft.rfft2(images, norm="ortho"))
    return spectrum.square().sum(-1)


def _times_counted(width: int, *, like: Tensor) -> Tensor:
    """How many columns of the whole spectrum each kept one stands for."""
    count = torch.full((width // 2 + 1,), 2.0, dtype=like.dtype, device=like.device)
    count[0] = 1
    if width % 2 == 0:
        count[-1] = 1
    return count
