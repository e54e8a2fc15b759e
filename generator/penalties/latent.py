"""The distance to the seed image inside the network."""

from dataclasses import dataclass

import torch
from torch import Tensor

from generator.layers import by_position


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ChannelDistance:
    """Mean over positions of √(‖Δ‖² + δ²) − δ, norm over channels.

    The plain norm has no gradient at zero distance, where every search starts.
    """

    layer: str

    smoothing: Tensor
    """(J,) δ; 0 gives the plain norm, with gradient 0 at distance 0."""

    weight: float = 1.0

    def values(self, seen: Tensor, near: Tensor, job: Tensor) -> Tensor:
        """(b,) of activations (b, C, *positions)."""
        squared = by_position(seen - near).square().sum(1)  # (b, P)
        delta = self.smoothing[job][:, None]  # (b, 1)
        total = squared + delta.square()
        apart = total > 0
        norm = torch.where(apart, torch.where(apart, total, 1.0).sqrt(), 0.0)
        return (norm - delta).mean(1)


def channel_norm(activations: Tensor) -> Tensor:
    """Root of the mean over positions of the squared channel norm, (B,)."""
    return by_position(activations).square().sum(1).mean(1).sqrt()
