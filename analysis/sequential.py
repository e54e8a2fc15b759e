"""Bounds for looking at the data before the end."""

from typing import Final

import numpy as np
from scipy import optimize, special

from analysis.errors import ConfigError
from analysis.intervals import FloatArray

POCOCK: Final = "pocock"
OBRIEN_FLEMING: Final = "obrien_fleming"
GRID: Final = 801
"""Points on which the density of the statistic is carried from look to look."""


def group_sequential_bounds(
    kind: str, n_looks: int, *, alpha: float = 0.05
) -> FloatArray:
    """|z| to exceed at each of equally spaced looks, two-sided alpha over all.

    Args:
        kind: `pocock` (the same at each look) or `obrien_fleming` (strict early).

    Returns:
        (n_looks,) bounds.

    Source: Pocock (1977), Biometrika 64; O'Brien & Fleming (1979), Biometrics 35;
        recursion of Armitage, McPherson & Rowe (1969), J. R. Stat. Soc. A 132.
    """
    if kind not in (POCOCK, OBRIEN_FLEMING) or n_looks < 1:
        raise ConfigError(
            f"bounds need {POCOCK} or {OBRIEN_FLEMING} and at least 1 look; got "
            f"{kind!r} and {n_looks}"
        )
    looks = np.arange(1, n_looks + 1)
    shape = np.sqrt(n_looks / looks) if kind == OBRIEN_FLEMING else np.ones(n_looks)

    def excess(constant: float) -> float:
        return _crossing_probability(constant * shape) - alpha

    constant = float(optimize.brentq(excess, 1.0, 6.0, xtol=1e-7))
    bounds: FloatArray = constant * shape
    return bounds


def _crossing_probability(bounds: FloatArray) -> float:
    """Chance of crossing at some look when nothing is there."""
    points = _grid(bounds[0], look=1)
    stays = _normal(points)  # density of the sum of z values that never crossed
    for look, bound in enumerate(bounds[1:], start=2):
        before, weights = points, _simpson(points)
        points = _grid(bound, look=look)
        stays = _normal(points[:, None] - before) @ (stays * weights)
    return 1.0 - float((stays * _simpson(points)).sum())


def _grid(bound: float, *, look: int) -> FloatArray:
    """Sums of so many z values that stay inside the bound."""
    edge = bound * np.sqrt(look)
    points: FloatArray = np.linspace(-edge, edge, GRID)
    return points


def _normal(x: FloatArray) -> FloatArray:
    density: FloatArray = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    return density


def _simpson(points: FloatArray) -> FloatArray:
    weights = np.ones(GRID)
    weights[1:-1:2], weights[2:-1:2] = 4, 2
    scaled: FloatArray = weights * (points[1] - points[0]) / 3
    return scaled


def conditional_alpha(bounds: FloatArray) -> FloatArray:
    """(n_looks,) nominal two-sided alpha of each look taken alone."""
    nominal: FloatArray = 2 * special.ndtr(-bounds)
    return nominal
