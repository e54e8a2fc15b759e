"""Insight into one's own choices, on the scale of the choices' sensitivity.

Source: Maniscalco & Lau (2012), Conscious. Cogn. 21, 422-430; equal variances.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from analysis.errors import ConfigError
from analysis.intervals import FloatArray

MIN_TRIALS = 200
"""Trials of one participant from which on the fit is made at all."""

TINY = 1e-300


class MetaD(NamedTuple):
    """Outcome of the fit."""

    d_prime: float
    """Sensitivity of the choices, as a yes-no task: z(hit) - z(false alarm)."""
    meta_d_prime: float
    """Sensitivity that would explain the confidence."""
    m_ratio: float
    """Their quotient: 1, all that the choice knew reached the confidence."""
    negative_log_likelihood: float
    is_converged: bool


def fit_meta_d(
    n_r_s1: npt.ArrayLike, n_r_s2: npt.ArrayLike, *, padding: float | None = None
) -> MetaD:
    """Maximum likelihood fit of meta-d'.

    Args:
        n_r_s1, n_r_s2: (2 L,) answers where the first, the second side was correct:
            from surest "first" to surest "second".
        padding: added to every count; default 1 / (2 L), 0 adds nothing.

    Raises:
        ConfigError: counts of different or odd length, or an empty side.
    """
    first = np.asarray(n_r_s1, dtype=np.float64)
    second = np.asarray(n_r_s2, dtype=np.float64)
    if first.shape != second.shape or first.ndim != 1 or len(first) % 2:
        raise ConfigError(
            "meta-d' needs two lists of 2 L counts; got shapes "
            f"{first.shape} and {second.shape}"
        )
    extra = 1 / len(first) if padding is None else padding
    first, second = first + extra, second + extra
    if not first.sum() or not second.sum():
        raise ConfigError("meta-d' needs trials where each side was correct")
    d_prime, criterion = _type_1(first, second)
    n_levels = len(first) // 2
    start = np.concatenate([[d_prime], _first_guess(first, second, criterion)])
    fit = optimize.minimize(
        _negative_log_likelihood,
        _unordered(start, criterion / d_prime),
        args=(first, second, n_levels, criterion / d_prime),
        method="L-BFGS-B",
        options={"maxiter": 5000, "maxfun": 100_000, "ftol": 1e-14, "gtol": 1e-9},
    )
    meta = float(fit.x[0])
    return MetaD(d_prime, meta, meta / d_prime, float(fit.fun), bool(fit.success))


def _type_1(first: FloatArray, second: FloatArray) -> tuple[float, float]:
    """d' and criterion of the choices."""
    middle = len(first) // 2
    hit = special.ndtri(second[middle:].sum() / second.sum())
    alarm = special.ndtri(first[middle:].sum() / first.sum())
    return float(hit - alarm), float(-(hit + alarm) / 2)


def _first_guess(first: FloatArray, second: FloatArray, criterion: float) -> FloatArray:
    """Confidence criteria from the rates, apart from the choice's own."""
    cuts = np.arange(1, len(first))
    hit = special.ndtri([second[cut:].sum() / second.sum() for cut in cuts])
    alarm = special.ndtri([first[cut:].sum() / first.sum() for cut in cuts])
    guess = -(hit + alarm) / 2
    own = len(first) // 2 - 1
    return np.delete(guess - guess[own] + criterion, own)


def _unordered(ordered: FloatArray, relative: float) -> FloatArray:
    """Criteria as logarithms of their distances, so that any number is allowed."""
    meta, cuts = ordered[0], ordered[1:]
    middle = relative * meta
    n = len(cuts) // 2
    down = np.diff(np.concatenate([[middle], cuts[:n][::-1]])) * -1
    up = np.diff(np.concatenate([[middle], cuts[n:]]))
    steps = np.log(np.maximum(np.concatenate([down, up]), 1e-3))
    return np.concatenate([[meta], steps])


def _negative_log_likelihood(
    parameters: FloatArray,
    first: FloatArray,
    second: FloatArray,
    n_levels: int,
    relative: float,
) -> float:
    meta, steps = parameters[0], np.exp(parameters[1:])
    middle = relative * meta
    n = n_levels - 1
    down = middle - np.cumsum(steps[:n])
    up = middle + np.cumsum(steps[n:])
    edges = np.concatenate([[-np.inf], down[::-1], [middle], up, [np.inf]])
    total = 0.0
    for counts, mean in ((first, -meta / 2), (second, meta / 2)):
        inside = np.diff(special.ndtr(edges - mean))
        for side in (slice(0, n_levels), slice(n_levels, None)):
            share = inside[side] / max(inside[side].sum(), TINY)
            total -= float((counts[side] * np.log(np.maximum(share, TINY))).sum())
    return total
