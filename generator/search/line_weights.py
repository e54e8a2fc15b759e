"""Weights that resize a stretch of a line: antialiased, bilinear, as matrices.

A stretch has a law: where output values look (their centers), how far (their reach),
and what happens at the ends of the line.
"""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

Edge = Literal["inside", "open", "wrap"]
"""What the weights of a line do at its ends: stay inside and sum to 1, leave out what
lies beyond, or go on at the other end."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Stretches:
    """Stretches of a line of `n_source` pixels, each resized to `n_out` values."""

    center: Tensor
    """(..., n_out) float64: where each value looks, pixel indices."""

    reach: Tensor
    """(..., 1) float64: pixels at this distance weigh nothing; at least 1."""

    n_source: int
    edge: Edge

    bounds: tuple[Tensor, Tensor] | None = None
    """(...) first pixel that takes part, and the first that no longer does. None: all
    pixels of the line may."""

    def weights(
        self, center: Tensor, first: Tensor, width: int, *, like: Tensor
    ) -> Tensor:
        """Weights of some of the values in a window of the line.

        Args:
            center: (..., n) some of the centers.
            first: (...) where each window begins; it holds every pixel in reach.
            width: pixels of the windows.
            like: gives number format and device of the result.

        Returns:
            (..., n, width).
        """
        n_rounds = self.n_source if self.edge == "wrap" else None
        reach = self.reach.reshape(
            *self.reach.shape, *[1] * (center.ndim - self.reach.ndim)
        )
        inside = center - first[..., None]
        found = _triangles(inside, reach, width, n_rounds=n_rounds, like=like)
        if self.bounds is not None:
            found = found * self._takes_part(first, width).to(found)
            return found / found.sum(-1, keepdim=True)
        if self.edge == "inside":
            return found / found.sum(-1, keepdim=True)
        total = _triangle_sum(center - center.floor(), reach)
        return found / total.to(like)[..., None]

    def _takes_part(self, first: Tensor, width: int) -> Tensor:
        """(..., 1, width): whether a pixel of the window lies between the bounds."""
        assert self.bounds is not None
        shape = (*self.bounds[0].shape, *[1] * (first.ndim + 1 - self.bounds[0].ndim))
        start, end = (bound.reshape(shape) for bound in self.bounds)
        pixel = first[..., None] + torch.arange(width)
        return ((pixel >= start) & (pixel < end))[..., None, :]


def half_pixel(
    start: Tensor, length: Tensor, n_source: int, n_out: int, edge: Edge = "inside"
) -> Stretches:
    """Pixels are squares: nothing is shifted.

    Value i weighs pixel j by max(0, 1 - |j - c| / max(1, s)), made to sum to 1, with
    s = length / n_out and c = start + s (i + ½) - ½.

    Args:
        start, length: (...) where the stretch begins and how long it is, pixels, real
            numbers.
    """
    spacing = (length.double() / n_out)[..., None]
    center = start.double()[..., None] + spacing * (torch.arange(n_out) + 0.5) - 0.5
    return Stretches(
        center=center, reach=spacing.clamp_min(1), n_source=n_source, edge=edge
    )


def aligned(start: Tensor, length: Tensor, n_source: int, n_out: int) -> Stretches:
    """PyTorch's aligned corners; shifts the stretch by up to about one pixel.

    As `half_pixel`, but s = (length - 1) / (n_out - 1), and no pixel outside the
    stretch takes part.

    Args:
        start, length: (...) whole numbers; length at least 1.
    """
    spacing = ((length.double() - 1) / max(1, n_out - 1))[..., None]
    center = start.double()[..., None] + spacing * (torch.arange(n_out) + 0.5) - 0.5
    return Stretches(
        center=center,
        reach=spacing.clamp_min(1),
        n_source=n_source,
        edge="open",
        bounds=(start, start + length),
    )


def dense_weights(stretches: Stretches, *, like: Tensor | None = None) -> Tensor:
    """All weights as a matrix: (..., n_out, n_source).

    Args:
        like: gives number format and device. None: float64, CPU.
    """
    center = stretches.center
    first = torch.zeros(center.shape[:-1], dtype=torch.long)
    like = center if like is None else like
    return stretches.weights(center, first, stretches.n_source, like=like)


def _triangles(
    center: Tensor, reach: Tensor, n_source: int, *, n_rounds: int | None, like: Tensor
) -> Tensor:
    """Triangles of height 1 over whole pixels, (..., n, n_source).

    The big tensor is made in the number format wanted; only whole numbers and parts of
    a pixel enter it, so that float32 loses nothing.

    Args:
        n_rounds: the line closes to a ring of so many pixels. None: it does not.
    """
    whole = center.floor()
    part = (center - whole).to(like)[..., None]
    offset = torch.arange(n_source, device=like.device) - whole.to(like)[..., None]
    if n_rounds is not None:
        half = n_rounds // 2
        offset = torch.remainder(offset + half, n_rounds) - half
    return (1 - (offset - part).abs() / reach.to(like)[..., None]).clamp_min(0)


def _triangle_sum(part: Tensor, reach: Tensor) -> Tensor:
    """Sum over all whole j of max(0, 1 - |j - part| / reach), part in [0, 1)."""
    total = torch.zeros_like(part)
    for nearest in (part, 1 - part):  # distances nearest, nearest + 1, … to either side
        n_terms = (reach - nearest).ceil().clamp_min(0)
        distances = n_terms * nearest + n_terms * (n_terms - 1) / 2
        total = total + n_terms - distances / reach
    return total
