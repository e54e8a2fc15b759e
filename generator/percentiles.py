"""Where an activation lies among those of the photograph pool. No torch."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from generator.errors import PoolError

ADVISED_N_IMAGES = 10_000
"""Photographs from which on the far percentiles of a feature can be trusted."""

TIED_POINTS = 1.0
"""Equal activations that fill more points than this have no percentile to aim at."""

Beyond = Literal["refuse", "extreme"]
"""What to do with a percentile further out than the pool resolves."""


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


def value_at(
    percentile: float, pool: NDArray[np.float32], *, beyond: Beyond = "refuse"
) -> float:
    """The activation at a percentile: the inverse of `percentile_of`.

    Each activation of the pool sits at its own percentile (ties one half), and
    those between two of them are interpolated.

    Args:
        percentile: 0 to 100.
        pool: (m,) activations of the photographs, in any order.
        beyond: whether a percentile outside the pool's own ones is refused, or
            answered with the weakest or strongest activation of the pool.

    Raises:
        PoolError: no photographs, a percentile that the pool is too small for, or
            one inside a block of equal activations, as of a sparse feature at 0.
        ValueError: the percentile is not between 0 and 100.
    """
    if not 0 <= percentile <= 100:
        raise ValueError(f"a percentile lies between 0 and 100; got {percentile:g}")
    if not len(pool):
        raise PoolError("percentiles need a pool of photographs; got an empty one")
    values, counts = np.unique(pool, return_counts=True)
    not_above = np.cumsum(counts)  # (k,) photographs up to the end of each block
    below = not_above - counts
    starts: NDArray[np.float64] = 100 * below / len(pool)
    ends: NDArray[np.float64] = 100 * not_above / len(pool)
    _refuse_ties(percentile, values, starts, ends, len(pool))
    own = 100 * (below + not_above) / (2 * len(pool))  # (k,) as `percentile_of` has it
    if beyond == "refuse" and not own[0] <= percentile <= own[-1]:
        raise PoolError(
            f"{len(pool)} photographs resolve percentiles from {own[0]:.4g} to "
            f"{own[-1]:.4g}; got {percentile:g}. Add photographs "
            f"({ADVISED_N_IMAGES:,} or more are advised), or ask for a percentile "
            "between these."
        )
    return float(np.interp(percentile, own, values))


def _refuse_ties(
    percentile: float,
    values: NDArray[np.float32],
    starts: NDArray[np.float64],
    ends: NDArray[np.float64],
    n_images: int,
) -> None:
    """Refuse a percentile at which many photographs have the very same activation."""
    is_tied = (ends - starts > TIED_POINTS) & (ends - starts > 150 / n_images)
    inside = np.flatnonzero(is_tied & (starts <= percentile) & (percentile <= ends))
    if len(inside):
        block = int(inside[0])
        n_tied = round((ends[block] - starts[block]) * n_images / 100)
        raise PoolError(
            f"percentile {percentile:g} cannot be aimed at: {n_tied} of {n_images} "
            f"photographs have exactly the activation {values[block]:g}, percentiles "
            f"{starts[block]:.4g} to {ends[block]:.4g}. Ask for a percentile outside "
            "of these, or leave the feature out."
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class NaturalRange:
    """How a feature responds to natural photographs."""

    n_images: int
    """Photographs that all of this comes from; stated wherever a percentile is."""

    mean: float
    sd: float
    """Population standard deviation over the photographs."""

    low: float
    """Weakest activation."""

    high: float
    """Strongest activation."""

    @property
    def width(self) -> float:
        """The natural range: strongest minus weakest activation."""
        return self.high - self.low

    @property
    def is_dead(self) -> bool:
        """Whether every photograph gives the same activation."""
        return self.low == self.high

    def z_score(self, activation: float) -> float:
        """Natural standard deviations above the natural mean.

        Raises:
            PoolError: the feature never changes.
        """
        if self.is_dead:
            raise PoolError(
                f"a dead feature has no z score: its activation is {self.low:g} on "
                f"each of {self.n_images} photographs; leave the feature out"
            )
        return (activation - self.mean) / self.sd


def natural_range(pool: NDArray[np.float32]) -> NaturalRange:
    """Mean, spread and extremes of a pool's activations (m,).

    Raises:
        PoolError: the pool is empty.
    """
    if not len(pool):
        raise PoolError("a natural range needs photographs; got an empty pool")
    exact = pool.astype(np.float64)
    return NaturalRange(
        n_images=len(pool),
        mean=float(exact.mean()),
        sd=float(exact.std()),
        low=float(exact.min()),
        high=float(exact.max()),
    )
