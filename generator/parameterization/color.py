"""Decorrelated color: three channels that vary independently in natural images.

Source: Olah, Mordvintsev & Schubert (2017), Feature Visualization,
    https://distill.pub/2017/feature-visualization: the square root of the covariance
    of ImageNet's colors, divided by its largest column norm, transposed.
"""

import torch
from torch import Tensor

_MIXING = (
    (0.56282854, 0.58447580, 0.58447580),
    (0.19482528, 0.0, -0.19482528),
    (0.04329450, -0.10823626, 0.06494176),
)
"""Rows: light–dark, red–blue, green–purple, each in RGB before the sigmoid."""

_CLIP = 1e-6
"""Keeps the inverse of the sigmoid finite at black and white."""

_SPREAD_FLOOR = 1e-4
"""Added to a standard deviation before dividing by it."""


def mixing_matrix(like: Tensor, *, decorrelate: bool = True) -> Tensor:
    """(3, 3), rows are channels, columns RGB; the identity without decorrelation."""
    if not decorrelate:
        return torch.eye(3, dtype=like.dtype, device=like.device)
    return torch.tensor(_MIXING, dtype=like.dtype, device=like.device)


def mix(channels: Tensor, *, decorrelate: bool = True) -> Tensor:
    """Decorrelated channels (B, 3, H, W) to RGB before the sigmoid."""
    matrix = mixing_matrix(channels, decorrelate=decorrelate)
    return torch.einsum("bkhw,kc->bchw", channels, matrix)


def to_rgb(channels: Tensor, *, decorrelate: bool = True) -> Tensor:
    """Decorrelated channels (B, 3, H, W), any real value, to RGB in (0, 1)."""
    return mix(channels, decorrelate=decorrelate).sigmoid()


def from_rgb(images: Tensor, *, decorrelate: bool = True) -> Tensor:
    """RGB (B, 3, H, W) in [0, 1] to decorrelated channels; inverse of `to_rgb`."""
    matrix = mixing_matrix(images.double(), decorrelate=decorrelate)
    unmixing = torch.linalg.inv(matrix).to(images.dtype)
    return torch.einsum("bchw,ck->bkhw", images.logit(eps=_CLIP), unmixing)


def standardized(values: Tensor) -> Tensor:
    """Each image (B, 3, H, W) with mean 0 and sd 1 over its channels and positions."""
    spread = values.std(dim=(1, 2, 3), keepdim=True) + _SPREAD_FLOOR
    return (values - values.mean(dim=(1, 2, 3), keepdim=True)) / spread
