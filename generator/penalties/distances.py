"""How far apart two activations are, at every position.

Each distance is smooth at zero difference, where every search starts: the plain norms
have no gradient there, and rounding noise would decide the first step. `smoothing`
(δ) is the difference below which they are rounded off; 0 gives the plain distance,
with gradient 0 at distance 0.

All take activations (b, C, P), channels before positions, and δ (b,), and give (b, P).
"""

from collections.abc import Callable

import torch
from torch import Tensor

from generator.config import DistanceName

Distance = Callable[[Tensor, Tensor, Tensor], Tensor]
"""(seen, near, smoothing) to the distance at each position."""


def l2(seen: Tensor, near: Tensor, smoothing: Tensor) -> Tensor:
    """√(‖Δ‖² + δ²) − δ, norm over channels."""
    return _rounded((seen - near).square().sum(1), smoothing[:, None])


def l1(seen: Tensor, near: Tensor, smoothing: Tensor) -> Tensor:
    """Sum over the C channels of √(Δ² + δ²/C) − δ/√C."""
    per_channel = smoothing[:, None, None] / seen.shape[1] ** 0.5
    return _rounded((seen - near).square(), per_channel).sum(1)


def cosine(seen: Tensor, near: Tensor, smoothing: Tensor) -> Tensor:
    """1 − cosine of the angle, each vector taken with one more entry, δ.

    The entry keeps the angle of vectors near zero defined. Without it, a position
    where either vector is zero counts as equal. Computed as half the squared distance
    of the unit vectors, which does not lose digits where they are nearly equal.
    """
    delta = smoothing[:, None]
    a, b = _norm(seen, delta), _norm(near, delta)
    defined = (a > 0) & (b > 0)
    a, b = a.where(defined, 1.0), b.where(defined, 1.0)
    apart = (seen / a[:, None] - near / b[:, None]).square().sum(1)
    extra = (delta / a - delta / b).square()
    return torch.where(defined, (apart + extra) / 2, 0.0)


def without_direction(seen: Tensor, near: Tensor, direction: Tensor) -> Tensor:
    """`seen` less what has changed along a channel direction, at every position.

    Args:
        seen, near: (b, C, P).
        direction: (b, C), of unit length; zero where there is none.

    Returns:
        (b, C, P): differs from `near` by the part of the difference that is orthogonal
        to the direction.
    """
    along = torch.einsum("bcp,bc->bp", seen - near, direction)
    return seen - along[:, None] * direction[:, :, None]


def unit_length(vectors: Tensor) -> Tensor:
    """(b, C) divided by their norms; zero vectors stay zero."""
    norm = vectors.norm(dim=1, keepdim=True)
    return torch.where(norm > 0, vectors / norm.where(norm > 0, 1.0), 0.0)


DISTANCES: dict[DistanceName, Distance] = {
    "l2": l2,
    "l1": l1,
    "cosine": cosine,
    "feature_orthogonal": l2,  # of what `without_direction` leaves
}


def _norm(vectors: Tensor, delta: Tensor) -> Tensor:
    """√(‖v‖² + δ²) over channels, (b, P); gradient 0 at 0."""
    return _root(vectors.square().sum(1) + delta.square())


def _rounded(squared: Tensor, delta: Tensor) -> Tensor:
    return _root(squared + delta.square()) - delta


def _root(squared: Tensor) -> Tensor:
    """Square root with gradient 0 at 0."""
    positive = squared > 0
    return torch.where(positive, squared.where(positive, 1.0).sqrt(), 0.0)
