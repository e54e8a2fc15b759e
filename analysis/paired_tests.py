"""Tests of paired differences, over people or over features."""

import math
from typing import NamedTuple

import numpy as np
from scipy import stats

from analysis.intervals import FloatArray, student_t


class PairedT(NamedTuple):
    """Mean difference with its t test."""

    mean: float
    low: float
    high: float
    t: float
    df: int
    p: float
    """Two-sided; NaN with fewer than 2 differences or where all are equal."""


def paired_t(differences: FloatArray, *, level: float = 0.95) -> PairedT:
    """t test of a mean difference.

    Args:
        differences: (N,) one per person or per feature, no NaN.

    Source: Student (1908), Biometrika 6, 1-25.
    """
    n = len(differences)
    mean = float(differences.mean()) if n else math.nan
    sd = float(differences.std(ddof=1)) if n > 1 else math.nan
    if not sd > 1e-12:
        return PairedT(mean, math.nan, math.nan, math.nan, n - 1, math.nan)
    error = sd / math.sqrt(n)
    low, high = student_t(mean, error, n - 1, level=level)
    t = mean / error
    return PairedT(mean, low, high, t, n - 1, float(2 * stats.t.sf(abs(t), n - 1)))


class Wilcoxon(NamedTuple):
    """Signed-rank test."""

    statistic: float
    n_zero: int
    """Differences of 0, which are dropped."""
    p: float
    """Two-sided; NaN without a difference."""


def wilcoxon(differences: FloatArray) -> Wilcoxon:
    """Signed-rank test; zeros are dropped and counted.

    Source: Wilcoxon (1945), Biometrics Bull. 1, 80-83.
    """
    is_zero = np.abs(differences) < 1e-12
    kept = differences[~is_zero]
    n_zero = int(is_zero.sum())
    if not len(kept):
        return Wilcoxon(math.nan, n_zero, math.nan)
    # Differences of shares that differ by rounding only must stay tied.
    found = stats.wilcoxon(np.round(kept, 12), zero_method="wilcox", method="auto")
    return Wilcoxon(float(found.statistic), n_zero, float(found.pvalue))


class MinF(NamedTuple):
    """Smallest F that speaks about people and features at once."""

    f: float
    df_1: int
    df_2: float
    p: float


def min_f(over_people: PairedT, over_features: PairedT) -> MinF:
    """Join the tests over people and over features conservatively.

    Source: Clark (1973), J. Verbal Learn. Verbal Behav. 12, 335-359.
    """
    f_1, f_2 = over_people.t**2, over_features.t**2
    if math.isnan(f_1 + f_2) or f_1 + f_2 == 0:
        return MinF(math.nan, 1, math.nan, math.nan)
    f = f_1 * f_2 / (f_1 + f_2)
    df = (f_1 + f_2) ** 2 / (f_1**2 / over_features.df + f_2**2 / over_people.df)
    return MinF(f, 1, df, float(stats.f.sf(f, 1, df)))
