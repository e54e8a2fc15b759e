"""Crops of canvases as matrix products, and what of the crops flows back to them.

On a processor block by block: small products stay in its cache. Several pictures of a
job are cut in one go, as channels of one canvas.
"""

from typing import Any

import torch
from torch import Tensor

from generator.search.bands import Bands, Blocks


def resize_crops(canvases: Tensor, rows: Bands, columns: Bands) -> Tensor:
    """Crop k of each canvas: rows_k · canvas · columns_kᵀ.

    Args:
        canvases: (J, C, H, W); gradients flow back to it.

    Returns:
        (J, T, C, M, M).
    """
    found: Tensor = _Crops.apply(canvases, rows, columns)
    return found


def spread_crops(crops: Tensor, rows: Bands, columns: Bands) -> Tensor:
    """The transpose: the sum over k of rows_kᵀ · crop k · columns_k.

    Args:
        crops: (J, T, C, M, M), or a gradient of that shape.

    Returns:
        (J, C, H, W).
    """
    if _goes_by_blocks(crops, rows):
        return _blocked_spread(crops, rows, columns)
    return _dense_spread(crops, rows.dense(), columns.dense())


class _Crops(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, canvases: Tensor, rows: Bands, columns: Bands) -> Tensor:
        ctx.bands = rows, columns
        if _goes_by_blocks(canvases, rows):
            return _blocked_crops(canvases, rows, columns)
        return _dense_crops(canvases, rows.dense(), columns.dense())

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        return spread_crops(gradients[0], *ctx.bands), None, None


def _goes_by_blocks(tensor: Tensor, rows: Bands) -> bool:
    return tensor.device.type == "cpu" and rows.weights.shape[2] > 1


def _dense_crops(canvases: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    jobs, draws, side, height = rows.shape
    channels, width = canvases.shape[1], canvases.shape[-1]
    flat = canvases.permute(0, 2, 1, 3).reshape(jobs, height, channels * width)
    resized = rows.reshape(jobs, draws * side, height) @ flat
    resized = resized.reshape(jobs, draws, side, channels, width)
    return resized.transpose(2, 3) @ columns[:, :, None].mT


def _dense_spread(crops: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    jobs, draws, side, height = rows.shape
    channels, width = crops.shape[2], columns.shape[-1]
    lines = crops @ columns[:, :, None]  # (J, T, C, M, W)
    lines = lines.transpose(2, 3).reshape(jobs, draws * side, channels * width)
    canvases = rows.reshape(jobs, draws * side, height).mT @ lines
    return canvases.view(jobs, height, channels, width).transpose(1, 2)


def _blocked_crops(canvases: Tensor, rows: Bands, columns: Bands) -> Tensor:
    """Each job has tensors of its own, so that it rounds alike in any company."""
    n_draws = rows.n_seen.shape[1]
    found = []
    for job, canvas in enumerate(canvases):
        shape = (n_draws, rows.n_out, len(canvas), columns.n_out)
        crops = canvas.new_empty(shape)
        for k, crop in enumerate(crops):
            _cut_crop(canvas, rows.blocks(job, k), columns.blocks(job, k), out=crop)
        found.append(crops)
    together = found[0][None] if len(found) == 1 else torch.stack(found)
    return together.transpose(2, 3)


def _blocked_spread(crops: Tensor, rows: Bands, columns: Bands) -> Tensor:
    n_jobs, n_draws, channels = crops.shape[:3]
    totals = crops.new_zeros(n_jobs, rows.n_source, channels, columns.n_source)
    for job, total in enumerate(totals):
        for k in range(n_draws):
            down, across = rows.blocks(job, k), columns.blocks(job, k)
            part = _spread_crop(crops[job, k].transpose(0, 1), down, across)
            total[down.span, :, across.span] += part
    return totals.transpose(1, 2)


def _cut_crop(canvas: Tensor, rows: Blocks, columns: Blocks, *, out: Tensor) -> None:
    """(C, H, W) to (rows, C, columns)."""
    n_rows, channels, n_columns = out.shape
    seen = canvas[:, rows.span, columns.span].transpose(0, 1)
    seen = seen.reshape(seen.shape[0], -1)
    middle = canvas.new_empty(n_rows, seen.shape[1])
    for values, window, weights in rows.parts:
        torch.mm(weights, seen[window], out=middle[values])
    lines = middle.view(n_rows * channels, -1)
    crop = out.view(n_rows * channels, n_columns)
    for values, window, weights in columns.parts:
        torch.mm(lines[:, window], weights.T, out=crop[:, values])


def _spread_crop(crop: Tensor, rows: Blocks, columns: Blocks) -> Tensor:
    """(rows, C, columns) to the part (H, C, W) of a canvas that was seen."""
    n_rows, channels, _ = crop.shape
    height, width = (blocks.span.stop - blocks.span.start for blocks in (rows, columns))
    shown = crop.reshape(n_rows * channels, -1)
    lines = crop.new_zeros(n_rows * channels, width)
    for values, window, weights in columns.parts:
        lines[:, window].addmm_(shown[:, values], weights)
    middle = lines.view(n_rows, channels * width)
    part = crop.new_zeros(height, channels * width)
    for values, window, weights in rows.parts:
        part[window].addmm_(weights.T, middle[values])
    return part.view(height, channels, width)
