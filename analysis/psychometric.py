"""Accuracy as a function of how far apart the two images are, with lapses."""

import math
from typing import NamedTuple

import numpy as np
from scipy import optimize, special

from analysis.intervals import FloatArray

CHANCE = 0.5
MAX_LAPSE = 0.2


class PsychometricCurve(NamedTuple):
    """p(x) = 1/2 + (1/2 - lapse) * logistic(slope * (x - threshold))."""

    threshold: float
    """Where accuracy is halfway between chance and its upper end; in units of x."""
    slope: float
    """Per unit of x."""
    lapse: float
    """Errors where x is large, 0 to `MAX_LAPSE`."""
    log_likelihood: float
    is_converged: bool

    def at(self, x: FloatArray) -> FloatArray:
        """Accuracy at x, 0 to 1."""
        rise = special.expit(self.slope * (x - self.threshold))
        accuracy: FloatArray = CHANCE + (CHANCE - self.lapse) * rise
        return accuracy


def fit_psychometric(x: FloatArray, is_correct: FloatArray) -> PsychometricCurve | None:
    """Maximum likelihood fit; None where x does not vary.

    Args:
        x: (N,) distance of the two images, e.g. the gap of activation percentiles.
        is_correct: (N,) zeros and ones.

    Source: Wichmann & Hill (2001), Percept. Psychophys. 63, 1293-1313.
    """
    if len(x) < 10 or np.ptp(x) < 1e-9:
        return None
    centre, scale = float(np.mean(x)), float(np.std(x))
    z = (x - centre) / scale
    values, place = np.unique(
        np.column_stack([z, is_correct]), axis=0, return_inverse=True
    )
    weight = np.bincount(place.ravel()).astype(np.float64)

    def cost(parameters: FloatArray) -> float:
        offset, slope, lapse = parameters
        p = CHANCE + (CHANCE - lapse) * special.expit(slope * values[:, 0] + offset)
        likely = np.where(values[:, 1] > 0, p, 1 - p)
        return -float((weight * np.log(np.maximum(likely, 1e-300))).sum())

    bounds = [(-10, 10), (-10, 10), (0, MAX_LAPSE)]
    starts = [(offset, 1.0, 0.02) for offset in (-1.0, 0.0, 2.0)]
    fits = [
        optimize.minimize(cost, s, bounds=bounds, method="L-BFGS-B") for s in starts
    ]
    best = min(fits, key=lambda fit: float(fit.fun))
    offset, slope, lapse = (float(v) for v in best.x)
    threshold = centre - scale * offset / slope if abs(slope) > 1e-6 else math.nan
    return PsychometricCurve(
        threshold, slope / scale, lapse, -float(best.fun), bool(best.success)
    )
