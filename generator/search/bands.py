"""The weight matrices that resize crops, as the narrow blocks that are not zero.

A resized value sees a few pixels of the canvas only: the matrix of its weights is a
band. Blocks of some 28 values see a window each, so that rows · canvas · columnsᵀ
needs about a fifth of the arithmetic of the whole matrices.
"""

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor

from generator.search.line_weights import Stretches

_BLOCK = 28
"""Values of a block, about: less arithmetic in smaller ones, but more calls."""


class Block(NamedTuple):
    """Some values of a stretch, and the only pixels that they see."""

    values: slice
    window: slice
    """Pixels, counted from the first that any value of the stretch sees."""

    weights: Tensor
    """(values, window)."""


class Blocks(NamedTuple):
    """All values of one stretch."""

    span: slice
    """The pixels of the line that it sees."""

    parts: list[Block]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Bands:
    """Weights of T stretches of a line for each of J jobs, in blocks of values."""

    weights: Tensor
    """(J, T, blocks, B, window); values beyond `n_out` are padding."""

    first: Tensor
    """(J, T, blocks) whole numbers, CPU: where on the line each window begins."""

    n_seen: Tensor
    """(J, T) whole numbers, CPU: the pixels of each window that may weigh something;
    for large stretches all."""

    n_source: int
    n_out: int
    _blocks: dict[tuple[int, int], Blocks] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, stretches: Stretches, *, like: Tensor) -> "Bands":
        """Of stretches (J, T); a single block where windows would save little.

        Args:
            like: gives number format and device of the weights.
        """
        n_source, n_out = stretches.n_source, stretches.center.shape[-1]
        n_blocks = max(1, round(n_out / _BLOCK))
        center = _in_blocks(stretches.center, n_blocks)
        size = center.shape[-1]
        low, high = _seen(center, stretches.reach)
        # What crops inside the canvas may need at most, whatever was drawn for others:
        # sums round by the width, and a job shall not depend on its company.
        width = max(_widest(n_source, n_out, size), int((high - low).max()) + 1)
        if stretches.edge == "wrap" or 2 * width > n_source:
            center = stretches.center[..., None, :]
            low, width = torch.zeros_like(center[..., 0]), n_source
            high = low + width - 1
        first = low.clamp(0, n_source - width).long()
        n_seen = (high.clamp_max(n_source - 1).long() - first + 1).amax(-1)
        weights = stretches.weights(center, first, width, like=like)
        return cls(
            weights=weights, first=first, n_seen=n_seen, n_source=n_source, n_out=n_out
        )

    def cut(self, jobs: slice, draws: slice) -> "Bands":
        """Some stretches of some jobs."""
        return Bands(
            weights=self.weights[jobs, draws],
            first=self.first[jobs, draws],
            n_seen=self.n_seen[jobs, draws],
            n_source=self.n_source,
            n_out=self.n_out,
        )

    def dense(self) -> Tensor:
        """(J, T, n_out, n_source): the whole matrices."""
        whole = self.weights.new_zeros(
            *self.first.shape, self.weights.shape[-2], self.n_source
        )
        index = self._pixels()[..., None, :].expand_as(self.weights)
        whole.scatter_(-1, index, self.weights)
        return whole.flatten(2, 3)[:, :, : self.n_out]

    def give_back(self) -> Tensor:
        """(J, T, n_source): sum of each pixel's weights."""
        total = self.weights.new_zeros(*self.first.shape[:2], self.n_source)
        block = torch.arange(self.weights.shape[2])[:, None]
        value = torch.arange(self.weights.shape[3])
        is_real = block * len(value) + value < self.n_out
        kept = (self.weights * is_real[..., None].to(self.weights)).sum(-2)
        return total.scatter_add_(-1, self._pixels().flatten(2), kept.flatten(2))

    def _pixels(self) -> Tensor:
        """(J, T, blocks, window): which pixel of the line each weight is for."""
        window = torch.arange(self.weights.shape[-1])
        return (self.first[..., None] + window).to(self.weights.device)

    def blocks(self, job: int, draw: int) -> Blocks:
        """The values of one stretch; made once, for every pass there and back.

        The weights are copies: products round differently with the place in memory
        that a matrix begins at, which would depend on the jobs before this one.
        """
        if (job, draw) not in self._blocks:
            self._blocks[job, draw] = self._blocks_of(job, draw)
        return self._blocks[job, draw]

    def _blocks_of(self, job: int, draw: int) -> Blocks:
        size, n_seen = self.weights.shape[-2], int(self.n_seen[job, draw])
        begins = self.first[job, draw].tolist()
        span = slice(min(begins), max(begins) + n_seen)
        parts = []
        for block, first in enumerate(begins):
            values = slice(block * size, min((block + 1) * size, self.n_out))
            window = slice(first - span.start, first - span.start + n_seen)
            here = (job, draw, block, slice(values.stop - values.start), slice(n_seen))
            parts.append(Block(values, window, self.weights[here].clone()))
        return Blocks(span, parts)


def _in_blocks(center: Tensor, n_blocks: int) -> Tensor:
    """(..., n_out) to (..., n_blocks, B); the last center fills the last block up."""
    size = -(-center.shape[-1] // n_blocks)
    missing = size * n_blocks - center.shape[-1]
    padding = center[..., -1:].expand(*center.shape[:-1], missing)
    padded = torch.cat([center, padding], -1)
    return padded.reshape(*center.shape[:-1], n_blocks, size)


def _widest(n_source: int, n_out: int, size: int) -> int:
    """Pixels that a block of values sees where the crop is the whole line."""
    pixels_per_value = n_source / n_out
    reach = max(1.0, pixels_per_value)
    return math.ceil((size - 1) * pixels_per_value + 2 * reach) + 2


def _seen(center: Tensor, reach: Tensor) -> tuple[Tensor, Tensor]:
    """(..., blocks): the first and last pixel that a block's values may weigh."""
    low = center.amin(-1) - reach
    high = center.amax(-1) + reach
    return low.floor(), high.ceil()
