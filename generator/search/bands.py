"""Resizing crops by narrow blocks of their weight matrices, instead of whole ones.

A resized value sees a few pixels of the canvas only: the matrix of its weights is a
band. Blocks of some 28 values see a window each, so that rows · canvas · columnsᵀ
needs about a fifth of the arithmetic of the whole matrices.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from generator.search.line_weights import Stretches

_BLOCK = 28
"""Values of a block, about: less arithmetic in smaller ones, but more calls."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Bands:
    """Weights of T stretches of a line for each of J jobs, in blocks of values."""

    weights: Tensor
    """(J, T, blocks, B, window); values beyond `n_out` are padding."""

    first: Tensor
    """(J, T, blocks) whole numbers, CPU: where on the line each window begins."""

    n_source: int
    n_out: int

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
        first = low.clamp(0, n_source - width).long()
        weights = stretches.weights(center, first, width, like=like)
        return cls(weights=weights, first=first, n_source=n_source, n_out=n_out)

    def cut(self, jobs: slice, draws: slice) -> "Bands":
        """Some stretches of some jobs."""
        return Bands(
            weights=self.weights[jobs, draws],
            first=self.first[jobs, draws],
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

    def blocks(self, job: int, draw: int) -> Iterator[tuple[slice, slice, Tensor]]:
        """The values, the window and the weights (values, window) of each block.

        The weights are copies: products round differently with the place in memory
        that a matrix begins at, which would depend on the jobs before this one.
        """
        size, width = self.weights.shape[-2:]
        for block, first in enumerate(self.first[job, draw].tolist()):
            values = slice(block * size, min((block + 1) * size, self.n_out))
            weights = self.weights[job, draw, block, : values.stop - values.start]
            yield values, slice(first, first + width), weights.clone()


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


def resize_crops(canvases: Tensor, rows: Bands, columns: Bands) -> Tensor:
    """Crop k of each canvas: rows_k · canvas · columns_kᵀ.

    Args:
        canvases: (J, C, H, W); gradients flow back to it.

    Returns:
        (J, T, C, M, M).
    """
    if canvases.device.type == "cpu" and rows.weights.shape[2] > 1:
        found: Tensor = _BlockedCrops.apply(canvases, rows, columns)
        return found
    return _dense_crops(canvases, rows.dense(), columns.dense())


def _dense_crops(canvases: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    jobs, draws, side, height = rows.shape
    channels, width = canvases.shape[1], canvases.shape[-1]
    flat = canvases.permute(0, 2, 1, 3).reshape(jobs, height, channels * width)
    resized = rows.reshape(jobs, draws * side, height) @ flat
    resized = resized.reshape(jobs, draws, side, channels, width)
    return resized.transpose(2, 3) @ columns[:, :, None].mT


class _BlockedCrops(torch.autograd.Function):
    """The products block by block: small enough to stay in a processor's cache.

    Each job has tensors of its own, so that it rounds alike in any company.
    """

    @staticmethod
    def forward(ctx: Any, canvases: Tensor, rows: Bands, columns: Bands) -> Tensor:
        ctx.bands = rows, columns
        ctx.canvas_shape = canvases.shape
        jobs, channels, height, width = canvases.shape
        draws, side = rows.weights.shape[1], rows.n_out
        found = []
        middle = canvases.new_empty(side, channels * width)
        for job in range(jobs):
            crops = canvases.new_empty(draws, side, channels, columns.n_out)
            flat = canvases[job].transpose(0, 1).reshape(height, channels * width)
            for k in range(draws):
                for values, window, weights in rows.blocks(job, k):
                    torch.mm(weights, flat[window], out=middle[values])
                lines = middle.view(side * channels, width)
                shown = crops[k].view(side * channels, columns.n_out)
                for values, window, weights in columns.blocks(job, k):
                    shown[:, values] = lines[:, window] @ weights.T
            found.append(crops.transpose(1, 2))
        return torch.stack(found)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (gradient,) = gradients
        rows, columns = ctx.bands
        jobs, channels, height, width = ctx.canvas_shape
        side = rows.n_out
        totals = []
        for job in range(jobs):
            total = gradient.new_zeros(height, channels * width)
            for k in range(gradient.shape[1]):
                shown = gradient[job, k].transpose(0, 1)
                shown = shown.clone(memory_format=torch.contiguous_format)
                shown = shown.view(side * channels, columns.n_out)
                lines = gradient.new_zeros(side * channels, width)
                for values, window, weights in columns.blocks(job, k):
                    lines[:, window].addmm_(shown[:, values], weights)
                middle = lines.view(side, channels * width)
                for values, window, weights in rows.blocks(job, k):
                    total[window].addmm_(weights.T, middle[values])
            totals.append(total.view(height, channels, width).transpose(0, 1))
        return torch.stack(totals), None, None
