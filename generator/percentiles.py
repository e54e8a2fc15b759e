"""Where an activation lies among those of the photograph pool. No torch."""

import numpy as np
from numpy.typing import NDArray


def percentile_of(
    activations: NDArray[np.float32], pool: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Share of the pool below each activation; equal values count one half.

    Args:
        activations: (n,) values to place.
        pool: (m,) activations of the photographs, in any order.

    Returns:
        (n,) percentiles, 0 to 100.

    Raises:
        ValueError: the pool is empty.
    """
    if not len(pool):
        raise ValueError("percentiles need a pool of photographs; got an empty one")
    ordered = np.sort(pool)
    below = np.searchsorted(ordered, activations, side="left")
    not_above = np.searchsorted(ordered, activations, side="right")
    return 100 * (below + not_above) / (2 * len(ordered))
