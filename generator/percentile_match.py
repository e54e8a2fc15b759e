"""Match pictures of different kinds on their natural percentile. No torch."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from generator.errors import ConfigError, PoolError
from generator.exemplars.tiles import Positions

TOLERANCE_POINTS = 2.0
"""Matched pictures are at most this far apart, in points of percentile."""


def match_on_percentile(
    sets: Mapping[str, NDArray[np.float64]],
    *,
    n_wanted: int | None = None,
    tolerance_points: float = TOLERANCE_POINTS,
    rng: np.random.Generator | None = None,
) -> dict[str, Positions]:
    """Pick one picture of each set, again and again, at nearly one percentile.

    As many tuples are found as there can be: of all sets the weakest pictures left
    are taken together when they fit, else the weakest of them is dropped, because
    nothing stronger can match it either.

    Args:
        sets: (n_k,) natural percentile of each picture of each kind, 0 to 100.
        n_wanted: tuples wanted; None: as many as the smallest set has pictures.
        tolerance_points: largest distance within a tuple.
        rng: draws the tuples kept when more can be had; None keeps evenly spaced.

    Returns:
        (n_wanted,) positions in each set; the i-th of all sets match. Weakest first.

    Raises:
        PoolError: fewer tuples can be matched than are wanted.
        ConfigError: fewer than two sets, percentiles out of range, or no tolerance.
    """
    _check(sets, tolerance_points)
    smallest = min(map(len, sets.values()))
    wanted = max(1, smallest if n_wanted is None else n_wanted)
    tuples = _all_matches(sets, tolerance_points)
    if len(tuples) < wanted:
        sizes = ", ".join(f"{name} {_span(p)}" for name, p in sets.items())
        raise PoolError(
            f"{wanted} pictures of each kind are wanted within {tolerance_points:g} "
            f"points of percentile, but only {len(tuples)} can be matched ({sizes}); "
            "ask for fewer, or make more pictures at the missing percentiles"
        )
    kept = tuples[_kept(len(tuples), wanted, rng)]  # (n_wanted, K)
    return {name: kept[:, place] for place, name in enumerate(sets)}


def _check(sets: Mapping[str, NDArray[np.float64]], tolerance_points: float) -> None:
    if len(sets) < 2:
        raise ConfigError(f"at least two sets can be matched; got {len(sets)}")
    if not tolerance_points > 0:
        raise ConfigError(f"tolerance_points must be positive; got {tolerance_points}")
    for name, percentiles in sets.items():
        if not ((percentiles >= 0) & (percentiles <= 100)).all():
            raise ConfigError(f"the percentiles of {name} must lie between 0 and 100")


def _all_matches(
    sets: Mapping[str, NDArray[np.float64]], tolerance_points: float
) -> Positions:
    """(M, K) positions of every tuple of the greedy walk, weakest first."""
    orders = [np.argsort(values, kind="stable") for values in sets.values()]
    ordered = [values[o] for values, o in zip(sets.values(), orders, strict=True)]
    heads = [0] * len(orders)
    tuples = []
    while all(head < len(order) for head, order in zip(heads, orders, strict=True)):
        now = [values[head] for values, head in zip(ordered, heads, strict=True)]
        if max(now) - min(now) <= tolerance_points:
            tuples.append([int(o[h]) for o, h in zip(orders, heads, strict=True)])
            heads = [head + 1 for head in heads]
        else:
            heads[int(np.argmin(now))] += 1
    return np.array(tuples, dtype=np.int64).reshape(-1, len(orders))


def _kept(n_found: int, n_wanted: int, rng: np.random.Generator | None) -> Positions:
    """(n_wanted,) which of the tuples are kept, in order."""
    if rng is not None:
        return np.sort(rng.choice(n_found, n_wanted, replace=False)).astype(np.int64)
    return np.linspace(0, n_found - 1, n_wanted).round().astype(np.int64)


def _span(percentiles: NDArray[np.float64]) -> str:
    if not len(percentiles):
        return "has none"
    return f"{percentiles.min():.1f} to {percentiles.max():.1f}"
