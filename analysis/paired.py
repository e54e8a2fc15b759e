"""Tests of paired differences, and of people and features by two F ratios."""

import math
from typing import NamedTuple

import numpy as np
from scipy import stats

from analysis.intervals import FloatArray, student_t

NEGLIGIBLE = 1e-12
"""A spread up to this is rounding."""


class PairedT(NamedTuple):
    """Mean of paired differences, tested against 0."""

    mean: float
    standard_error: float
    df: int
    t: float
    p: float
    """Two-sided."""

    low: float
    high: float


def paired_t(differences: FloatArray, *, level: float = 0.95) -> PairedT:
    """Student's t of paired differences; NaN with fewer than 2 or without spread.

    Args:
        differences: (N,) one per person or per feature, no NaN.

    Source: Student (1908), The probable error of a mean, Biometrika 6, 1-25.
    """
    n = len(differences)
    mean = float(differences.mean()) if n else math.nan
    spread = float(differences.std(ddof=1)) if n > 1 else 0.0
    if spread <= NEGLIGIBLE:
        return PairedT(mean, math.nan, n - 1, *([math.nan] * 4))
    error = spread / math.sqrt(n)
    p = float(2 * stats.t.sf(abs(mean) / error, n - 1))
    ends = student_t(mean, error, n - 1, level=level)
    return PairedT(mean, error, n - 1, mean / error, p, *ends)


class MinFPrime(NamedTuple):
    """Lower bound of the F ratio for people and features at once."""

    f: float
    df_numerator: int
    df_denominator: float
    p: float


def min_f_prime(by_participants: PairedT, by_features: PairedT) -> MinFPrime:
    """Combine a test over people and one over features; NaN where either is.

    Source: Clark (1973), The language-as-fixed-effect fallacy, J. Verbal Learn. Verbal
        Behav. 12, 335-359.
    """
    f1, f2 = by_participants.t**2, by_features.t**2
    if not f1 + f2 > 0:
        undefined = math.nan if math.isnan(f1 + f2) else 0.0
        return MinFPrime(undefined, 1, math.nan, math.nan)
    df = (f1 + f2) ** 2 / (f1**2 / by_features.df + f2**2 / by_participants.df)
    f = f1 * f2 / (f1 + f2)
    return MinFPrime(f, 1, df, float(stats.f.sf(f, 1, df)))


class Equivalence(NamedTuple):
    """Two one-sided tests against bounds of equivalence."""

    value: float
    p_above_low: float
    p_below_high: float
    p: float
    """The larger of the two."""

    low: float
    high: float
    """Interval at twice alpha less: 90 % for alpha .05."""

    is_equivalent: bool


def two_one_sided(
    value: float,
    standard_error: float,
    df: float,
    *,
    bounds: tuple[float, float] = (-0.05, 0.05),
    alpha: float = 0.05,
) -> Equivalence:
    """Whether an estimate lies within bounds, by two one-sided t tests.

    Args:
        bounds: what counts as no difference, in the unit of the value.

    Source: Schuirmann (1987), J. Pharmacokinet. Biopharm. 15, 657-680.
    """
    above = float(stats.t.sf((value - bounds[0]) / standard_error, df))
    below = float(stats.t.cdf((value - bounds[1]) / standard_error, df))
    half = float(stats.t.ppf(1 - alpha, df)) * standard_error
    p = float(np.fmax(above, below)) if not math.isnan(above + below) else math.nan
    return Equivalence(
        value, above, below, p, value - half, value + half, bool(p < alpha)
    )
