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


def seen_by_crops(weights: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Canvas weights as the crops show them.

    Args:
        weights: (J, H, W).
        rows, columns: (J, T, M, H) and (J, T, M, W), the resize of each crop.

    Returns:
        (J * T, M, M).
    """
    return (rows @ weights[:, None] @ columns.mT).flatten(0, 1)


def position_weights(weights: Tensor, positions: tuple[int, ...]) -> Tensor:
    """Weights of a layer's positions: mean of the weights under each.

    Rows and columns of a map divide the crop evenly, as do tokens that lie on a
    square grid. Tokens before the grid (class tokens) see the whole crop, so they
    get its mean.

    Args:
        weights: (b, M, M).
        positions: (H, W) of a map, (L,) of tokens, () of a vector.

    Returns:
        (b, P); P = 1 for a vector.
    """
    whole = weights.mean((1, 2))[:, None]  # (b, 1)
    if not positions:
        return whole
    if len(positions) == 2:
        return adaptive_avg_pool2d(weights[:, None], positions).flatten(1)
    (n_tokens,) = positions
    side = int(n_tokens**0.5)
    grid = adaptive_avg_pool2d(weights[:, None], (side, side)).flatten(1)
    before = n_tokens - side**2
    return torch.cat([whole.expand(-1, before), grid], dim=1)
