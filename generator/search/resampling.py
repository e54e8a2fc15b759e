"""Cutting crops out of a canvas and resizing them, as linear maps.

Square crops are separable: crop k of a canvas X is rows_k · X · columns_kᵀ, two matrix
products for any number of crops. Turned views are not; they gather four pixels for
each value. Both know what they give back to each pixel for a uniform objective.
"""

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from generator.search.bands import Bands
from generator.search.crop_products import resize_crops, spread_crops


class Sampling(Protocol):
    """T crops of M × M values for each of J canvases of any channels."""

    def sample(self, canvases: Tensor) -> Tensor:
        """(J, C, H, W) to (J, T, C, M, M); 0 beyond the canvas."""
        ...

    def spread(self, crops: Tensor) -> Tensor:
        """The transpose of `sample`: (J, T, C, M, M) to (J, C, H, W)."""
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

    rows: Bands
    """Weights of the canvas rows in each of the M crop rows."""

    columns: Bands

    def sample(self, canvases: Tensor) -> Tensor:
        """(J, C, H, W) to (J, T, C, M, M)."""
        return resize_crops(canvases, self.rows, self.columns)

    def spread(self, crops: Tensor) -> Tensor:
        """(J, T, C, M, M) to (J, C, H, W)."""
        return spread_crops(crops, self.rows, self.columns)

    def sample_each(self, fields: Tensor) -> Tensor:
        """Crop k of field k: (J, T, 3, H, W) to (J, T, 3, M, M)."""
        rows, columns = self.rows.dense(), self.columns.dense()
        return rows[:, :, None] @ fields @ columns[:, :, None].mT

    def give_back(self) -> Tensor:
        """(J, H, W)."""
        down, across = self.rows.give_back(), self.columns.give_back()
        return torch.einsum("jth,jtw->jhw", down, across)

    def cut(self, jobs: slice, draws: slice) -> "SquareCrops":
        """Some crops of some canvases."""
        return SquareCrops(
            rows=self.rows.cut(jobs, draws), columns=self.columns.cut(jobs, draws)
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
        """(J, C, H, W) to (J, T, C, M, M)."""
        flat = canvases.flatten(2)  # (J, C, H W)
        jobs, channels = flat.shape[:2]
        index = self._index_of(channels)
        found = flat.gather(2, index).reshape(jobs, channels, *self.index.shape[1:])
        weighted = found * self.weight[:, None]  # (J, C, T, 4, M, M)
        return weighted.sum(3).transpose(1, 2)

    def spread(self, crops: Tensor) -> Tensor:
        """(J, T, C, M, M) to (J, C, H, W)."""
        weighted = crops.transpose(1, 2)[:, :, :, None] * self.weight[:, None]
        jobs, channels = weighted.shape[:2]
        total = crops.new_zeros(jobs, channels, self.size[0] * self.size[1])
        total.scatter_add_(2, self._index_of(channels), weighted.flatten(2))
        return total.view(jobs, channels, *self.size)

    def _index_of(self, channels: int) -> Tensor:
        """(J, C, T 4 M M)."""
        return self.index.flatten(1)[:, None].expand(-1, channels, -1)

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
