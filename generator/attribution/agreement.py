"""How alike two attribution maps are. No torch."""

import numpy as np
from numpy.typing import NDArray


def rank_correlation(
    first: NDArray[np.float32], second: NDArray[np.float32]
) -> float | None:
    """Spearman's correlation of two maps of one shape, pixel by pixel, -1 to 1.

    Equal values share their mean rank. None where a map is the same everywhere.
    """
    a, b = (_ranks(map_) for map_ in (first, second))
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a**2).sum() * (b**2).sum()))
    return float((a * b).sum()) / scale if scale > 0 else None


def _ranks(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Ranks of all values, from 1."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)  # rank of the last of each group of equal values
    mean_rank = last - (counts - 1) / 2
    ranks: NDArray[np.float64] = mean_rank[place.ravel()]
    return ranks
