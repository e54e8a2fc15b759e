"""Pictures at one activation: between the two iterates of a search that straddle it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

_HALVINGS = 14

_DARKEST = 0.49 / 255
"""An 8-bit black may stand for any value below half a level; 0 has no logit."""

Way = Callable[[Tensor], Tensor]
"""From shares of the way, (B,) in [0, 1], to pictures, (B, 3, H, W)."""

Activation = Callable[[Tensor], Tensor]
"""From pictures (B, 3, H, W) to activations (B,)."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Matched:
    """Pictures brought as near to a level as they get."""

    images: Tensor
    """(B, 3, H, W)."""

    activations: Tensor
    """(B,)."""

    shares: Tensor
    """(B,): how much of the way was gone; 1 where the level was not reached."""


def softened(images: Tensor) -> Tensor:
    """Images without values so dark or bright that no 8-bit picture tells them."""
    return images.clamp(_DARKEST, 1 - _DARKEST)


def straight_way(starts: Tensor, ends: Tensor) -> Way:
    """A straight line in logits of pixel values, (B, 3, H, W) in [0, 1].

    Color decorrelation and the Fourier transform are linear, so this is also the
    straight line in the parameters of `pixel` and of `fourier`.
    """
    first, last = (softened(images).logit() for images in (starts, ends))

    def way(shares: Tensor) -> Tensor:
        share = shares.view(-1, 1, 1, 1)
        return (first + share * (last - first)).sigmoid()

    return way


def straddling(activations: Sequence[float], level: float) -> int:
    """Index of the iterate after which a search first passes a level.

    Where it never does: the last but one, if all lie below, or the first.

    Args:
        activations: of the iterates of one search, the start first, at least two.
    """
    for index, following in enumerate(activations[1:]):
        if activations[index] < level <= following:
            return index
    return len(activations) - 2 if max(activations) < level else 0


def match_level(way: Way, activation: Activation, *, level: float, n: int) -> Matched:
    """Halve the way until each picture's activation is at the level.

    Activation is that of the pictures as given, so `way` should round them as they
    will be saved. Of all pictures looked at, the nearest one is kept; where the end
    of the way lies below the level, the end itself.

    Args:
        n: B, how many pictures go their ways.
    """
    low, high = torch.zeros(n), torch.ones(n)
    images = way(high)
    best = Matched(images=images, activations=activation(images), shares=high.clone())
    is_reached = best.activations >= level
    for _ in range(_HALVINGS):
        middle = torch.where(is_reached, (low + high) / 2, high)
        images = way(middle)
        found = activation(images)
        low = torch.where(found < level, middle, low)
        high = torch.where(found < level, high, middle)
        is_nearer = is_reached & (
            (found - level).abs() < (best.activations - level).abs()
        )
        best = Matched(
            images=torch.where(is_nearer.view(-1, 1, 1, 1), images, best.images),
            activations=torch.where(is_nearer, found, best.activations),
            shares=torch.where(is_nearer, middle, best.shares),
        )
    return best
