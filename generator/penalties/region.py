"""Where on the canvas a penalty counts: inside a region, outside it or everywhere."""

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from generator.config import PenaltySide


def canvas_weights(regions: Tensor | None, side: PenaltySide) -> Tensor | None:
    """Weight of each canvas pixel, (J, H, W) in [0, 1]; None: all weigh the same.

    Args:
        regions: (J, H, W), 1 inside.
    """
    if regions is None or side == "everywhere":
        return None
    return regions if side == "inside" else 1 - regions


def position_weights(
    weights: Tensor, grid: tuple[int, int] | None, n_positions: int
) -> Tensor:
    """Weights of a layer's positions: mean of the weights under each.

    Rows and columns divide a crop evenly. Tokens before those of the picture (class
    tokens) see the whole crop, so they get its mean, as does a layer without places.

    Args:
        weights: (b, M, M).
        grid: rows and columns of the positions; None where they have none.
        n_positions: P, with the tokens before the grid.

    Returns:
        (b, P).
    """
    whole = weights.mean((1, 2))[:, None]  # (b, 1)
    if grid is None:
        return whole.expand(-1, n_positions)
    placed = adaptive_avg_pool2d(weights[:, None], grid).flatten(1)
    before = n_positions - placed.shape[1]
    return torch.cat([whole.expand(-1, before), placed], dim=1)
