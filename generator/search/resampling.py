"""Cutting crops out of a canvas and resizing them, as linear maps.

Square crops are separable: crop k of a canvas X is rows_k · X · columns_kᵀ, two matrix
products for any number of crops. Turned views are not; they gather four pixels for
each value. Both know what they give back to each pixel for a uniform objective.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

import torch
from torch import Tensor

Edge = Literal["inside", "open", "wrap"]
"""What the weights of a line do at its ends: stay inside and sum to 1, leave out what
lies beyond, or go on at the other end."""


class Sampling(Protocol):
    """T crops of M × M values for each of J canvases."""

    def sample(self, canvases: Tensor) -> Tensor:
        """(J, 3, H, W) to (J, T, 3, M, M); 0 beyond the canvas."""
        ...

    def give_back(self) -> Tensor:
        """(J, H, W): sum over draws and values of each pixel's weight."""
        ...

    def cut(self, jobs: slice, draws: slice) -> "Sampling":
        """Some crops of some canvases."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class SquareCrops:
    """Crops along the axes of the canvas."""

    rows: Tensor
    """(J, T, M, H): weights of the canvas rows in each of the M crop rows."""

    columns: Tensor
    """(J, T, M, W)."""

    def sample(self, canvases: Tensor) -> Tensor:
        """(J, 3, H, W) to (J, T, 3, M, M)."""
        jobs, draws, side, height = self.rows.shape
        width = canvases.shape[-1]
        flat = canvases.permute(0, 2, 1, 3).reshape(jobs, height, 3 * width)
        stacked = self.rows.reshape(jobs, draws * side, height)
        resized = (stacked @ flat).reshape(jobs, draws, side, 3, width)
        return resized.transpose(2, 3) @ self.columns[:, :, None].mT

    def sample_each(self, fields: Tensor) -> Tensor:
        """Crop k of field k: (J, T, 3, H, W) to (J, T, 3, M, M)."""
        return self.rows[:, :, None] @ fields @ self.columns[:, :, None].mT

    def give_back(self) -> Tensor:
        """(J, H, W)."""
        down = self.rows.sum(2)  # (J, T, H)
        across = self.columns.sum(2)  # (J, T, W)
        return torch.einsum("jth,jtw->jhw", down, across)

    def cut(self, jobs: slice, draws: slice) -> "SquareCrops":
        """Some crops of some canvases."""
        return SquareCrops(
            rows=self.rows[jobs, draws], columns=self.columns[jobs, draws]
        )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class TurnedViews:
    """Bilinear samples at any points of the canvas."""

    index: Tensor
    """(J, T, 4, M, M) of the pixel in the flattened canvas, rows first."""

    weight: Tensor
    """(J, T, 4, M, M); 0 for what lies beyond the canvas."""

    size: tuple[int, int]
    """Height and width of the canvas."""

    def sample(self, canvases: Tensor) -> Tensor:
        """(J, 3, H, W) to (J, T, 3, M, M)."""
        jobs = len(canvases)
        flat = canvases.reshape(jobs, 3, -1)
        index = self.index.reshape(jobs, 1, -1).expand(jobs, 3, -1)
        found = flat.gather(2, index).reshape(jobs, 3, *self.index.shape[1:])
        weighted = found * self.weight[:, None]  # (J, 3, T, 4, M, M)
        return weighted.sum(3).transpose(1, 2)

    def give_back(self) -> Tensor:
        """(J, H, W)."""
        jobs = len(self.index)
        total = self.weight.new_zeros(jobs, self.size[0] * self.size[1])
        total.scatter_add_(1, self.index.flatten(1), self.weight.flatten(1))
        return total.reshape(jobs, *self.size)

    def cut(self, jobs: slice, draws: slice) -> "TurnedViews":
        """Some views of some canvases."""
        return TurnedViews(
            index=self.index[jobs, draws],
            weight=self.weight[jobs, draws],
            size=self.size,
        )


def resize_weights(
    start: Tensor,
    length: Tensor,
    n_source: int,
    n_out: int,
    *,
    edge: Edge = "inside",
    like: Tensor | None = None,
) -> Tensor:
    """Antialiased bilinear resize of a stretch of a line, as a matrix.

    Output pixel i weighs source pixel j by max(0, 1 - |j - c| / max(1, s)), made to
    sum to 1, with s = length / n_out and c = start + s (i + ½) - ½.

    Args:
        start, length: (...) where the stretch begins and how long it is, source
            pixels, real numbers.
        n_source, n_out: pixels of the line and of the result.
        like: gives number format and device of the result. None: float64, CPU.

    Returns:
        (..., n_out, n_source).
    """
    spacing = (length.double() / n_out)[..., None]  # (..., 1)
    center = start.double()[..., None] + spacing * (torch.arange(n_out) + 0.5) - 0.5
    return _triangles(center, spacing.clamp_min(1), n_source, edge=edge, like=like)


def aligned_weights(
    start: Tensor,
    length: Tensor,
    n_source: int,
    n_out: int,
    *,
    like: Tensor | None = None,
) -> Tensor:
    """PyTorch's antialiased bilinear resize with aligned corners, as a matrix.

    As `resize_weights`, but s = (length - 1) / (n_out - 1), and no pixel outside the
    stretch takes part. Shifts the crop by up to about one pixel.

    Args:
        start, length: (...) whole numbers; length at least 1.

    Returns:
        (..., n_out, n_source).
    """
    spacing = ((length.double() - 1) / max(1, n_out - 1))[..., None]  # (..., 1)
    center = start.double()[..., None] + spacing * (torch.arange(n_out) + 0.5) - 0.5
    weights = _triangles(center, spacing.clamp_min(1), n_source, edge="open", like=like)
    pixel = torch.arange(n_source)
    first, end = start[..., None], (start + length)[..., None]
    is_inside = ((pixel >= first) & (pixel < end)).to(weights.device)  # (..., n_source)
    weights = weights * is_inside[..., None, :]
    return weights / weights.sum(-1, keepdim=True)


def _triangles(
    center: Tensor, radius: Tensor, n_source: int, *, edge: Edge, like: Tensor | None
) -> Tensor:
    """Triangular weights of whole pixels around each center, (..., n_out, n_source).

    The big tensor is made in the number format wanted; only whole numbers and parts of
    a pixel enter it, so that float32 loses nothing.
    """
    like = center if like is None else like
    whole = center.floor()
    part = (center - whole).to(like)[..., None]  # (..., n_out, 1)
    offset = torch.arange(n_source, device=like.device) - whole.to(like)[..., None]
    if edge == "wrap":
        half = n_source // 2
        offset = torch.remainder(offset + half, n_source) - half
    reach = radius.to(like)[..., None]
    weights = (1 - (offset - part).abs() / reach).clamp_min(0)
    if edge == "inside":
        return weights / weights.sum(-1, keepdim=True)
    return weights / _triangle_sum(center - whole, radius).to(like)[..., None]


def _triangle_sum(part: Tensor, radius: Tensor) -> Tensor:
    """Sum over all whole j of max(0, 1 - |j - part| / radius), part in [0, 1)."""
    total = torch.zeros_like(part)
    for nearest in (part, 1 - part):  # distances nearest, nearest + 1, … to either side
        n_terms = (radius - nearest).ceil().clamp_min(0)
        distances = n_terms * nearest + n_terms * (n_terms - 1) / 2
        total = total + n_terms - distances / radius
    return total


def turned_views(
    jitters: Tensor, *, pad: float, lost: float, size: tuple[int, int], n_out: int
) -> TurnedViews:
    """Views of a padded canvas, shifted, enlarged and turned about its centre.

    Args:
        jitters: (J, T, 6) float64, see `crop_laws.jitters`.
        pad: width of the border on each side, fraction of the canvas side.
        lost: what the shifts take off the view's side, fraction of the canvas side.
        size: height and width of the canvas, pixels.
        n_out: side of the view, values.

    Returns:
        In float64 on the CPU.
    """
    height, width = size
    before, after = jitters[..., 0:2], jitters[..., 2:4]
    scale, degrees = jitters[..., 4, None, None], jitters[..., 5, None, None]
    sides = torch.tensor([height, width], dtype=torch.double)
    unit = (torch.arange(n_out, dtype=torch.double) + 0.5) / n_out - 0.5
    view = sides * (1 + 2 * pad - lost)  # (2,) canvas pixels before enlargement
    down = unit[:, None] * view[0] + (after[..., 0] * height)[..., None, None]
    right = unit[None, :] * view[1] + (after[..., 1] * width)[..., None, None]
    angle = degrees.deg2rad()
    cos, sin = angle.cos() / scale, angle.sin() / scale
    row = cos * down - sin * right + (before[..., 0] * height)[..., None, None]
    column = sin * down + cos * right + (before[..., 1] * width)[..., None, None]
    return _bilinear(row + height / 2 - 0.5, column + width / 2 - 0.5, size)


def _bilinear(row: Tensor, column: Tensor, size: tuple[int, int]) -> TurnedViews:
    """Samples at real-valued pixel indices (J, T, M, M)."""
    height, width = size
    indices, weights = [], []
    for down in (0, 1):
        for right in (0, 1):
            i, j = row.floor() + down, column.floor() + right
            is_inside = (i >= 0) & (i < height) & (j >= 0) & (j < width)
            near = (1 - (row - i).abs()) * (1 - (column - j).abs())
            weights.append(torch.where(is_inside, near, 0.0))
            indices.append(i.clamp(0, height - 1) * width + j.clamp(0, width - 1))
    return TurnedViews(
        index=torch.stack(indices, 2).long(), weight=torch.stack(weights, 2), size=size
    )
