"""How well a score would come out the same again, and the ceiling that follows."""

import math
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from analysis.crossed import CrossedCounts
from analysis.errors import ConfigError
from analysis.intervals import FloatArray

MAX_SPLITS = 1_000
"""Splits drawn where there are more; below, all are taken."""


def spearman_brown(correlation: float, *, length_factor: float = 2) -> float:
    """Reliability of a test so many times as long.

    Source: Spearman (1910); Brown (1910), Br. J. Psychol. 3, 271-322.
    """
    return length_factor * correlation / (1 + (length_factor - 1) * correlation)


def ceiling(reliability: float) -> float:
    """Largest correlation a score of this reliability can show; NaN from 0 down."""
    return math.sqrt(reliability) if reliability > 0 else math.nan


def disattenuated(correlation: float, first: float, second: float) -> float:
    """A correlation freed of the noise of both scores; NaN where one is all noise.

    Args:
        first, second: reliabilities of the two scores.

    Source: Spearman (1904), Am. J. Psychol. 15, 72-101.
    """
    if not (first > 0 and second > 0):
        return math.nan
    return correlation / math.sqrt(first * second)


def pearson(first: FloatArray, second: FloatArray) -> float:
    """Correlation of two lists; NaN where one is constant or shorter than 3."""
    is_known = ~(np.isnan(first) | np.isnan(second))
    x, y = first[is_known], second[is_known]
    if len(x) < 3:
        return math.nan
    x, y = x - x.mean(), y - y.mean()
    size = math.sqrt(float((x**2).sum()) * float((y**2).sum()))
    return float((x * y).sum()) / size if size > 1e-12 else math.nan


class SplitHalf(NamedTuple):
    """Agreement of feature scores from two halves of the participants."""

    correlation: float
    """Mean over splits."""
    reliability: float
    """Spearman-Brown of it: of all participants together."""
    n_splits: int
    is_exhaustive: bool


def split_half(
    n_correct: FloatArray, n_responses: FloatArray, *, rng: np.random.Generator
) -> SplitHalf:
    """Correlate feature scores between halves of the participants.

    Args:
        n_correct, n_responses: (P, F) counts of one condition.
        rng: draws the splits where there are more than `MAX_SPLITS`.

    Returns:
        NaN where no split has three features with answers in both halves, or where a
        half does not vary.
    """
    people = np.flatnonzero(n_responses.any(axis=1))
    if len(people) < 2:
        return SplitHalf(math.nan, math.nan, 0, is_exhaustive=True)
    halves, is_exhaustive = _halves(len(people), rng)  # (S, P) of 0 and 1
    right, asked = n_correct[people], n_responses[people]
    one = _share(halves @ right, halves @ asked)
    two = _share((1 - halves) @ right, (1 - halves) @ asked)
    found = _row_correlations(one, two)
    if np.isnan(found).all():
        return SplitHalf(math.nan, math.nan, len(found), is_exhaustive)
    mean = float(np.nanmean(found))
    return SplitHalf(mean, spearman_brown(mean), len(found), is_exhaustive)


def _halves(n: int, rng: np.random.Generator) -> tuple[FloatArray, bool]:
    """Which units belong to the first half, one row per split."""
    size = n // 2
    if math.comb(n, size) <= 2 * MAX_SPLITS:
        chosen = [c for c in combinations(range(n), size) if n % 2 or 0 in c]
        halves = np.zeros((len(chosen), n))
        for row, members in enumerate(chosen):
            halves[row, list(members)] = 1
        return halves, True
    halves = np.zeros((MAX_SPLITS, n))
    for row in range(MAX_SPLITS):
        halves[row, rng.permutation(n)[:size]] = 1
    return halves, False


def _share(right: FloatArray, asked: FloatArray) -> FloatArray:
    share: FloatArray = np.full(right.shape, np.nan)
    np.divide(right, asked, out=share, where=asked > 0)
    return share


def _row_correlations(first: FloatArray, second: FloatArray) -> FloatArray:
    """(S,) correlation of each row pair over the columns both know."""
    known = ~(np.isnan(first) | np.isnan(second))
    n = known.sum(axis=1)
    x, y = np.where(known, first, 0), np.where(known, second, 0)
    safe = np.maximum(n, 1)[:, None]
    x = np.where(known, x - x.sum(axis=1, keepdims=True) / safe, 0)
    y = np.where(known, y - y.sum(axis=1, keepdims=True) / safe, 0)
    size = np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    found: FloatArray = np.full(len(n), np.nan)
    is_known = (n >= 3) & (size > 1e-12)
    np.divide((x * y).sum(axis=1), size, out=found, where=is_known)
    return found


class Icc(NamedTuple):
    """The six intraclass correlations; negative ones stay as they are."""

    icc1: float
    icc2: float
    icc3: float
    icc1k: float
    icc2k: float
    icc3k: float


def intraclass_correlation(ratings: npt.ArrayLike) -> Icc:
    """Intraclass correlations of a full table.

    Args:
        ratings: (targets, judges) without missing values, at least 2 of each.

    Source: Shrout & Fleiss (1979), Psychol. Bull. 86, 420-428.
    """
    x = np.asarray(ratings, dtype=np.float64)
    if x.ndim != 2 or min(x.shape) < 2 or np.isnan(x).any():
        raise ConfigError(
            f"ratings must be a full table of at least 2 x 2; got shape {x.shape}"
        )
    n, k = x.shape
    targets = k * float(((x.mean(axis=1) - x.mean()) ** 2).sum()) / (n - 1)
    judges = n * float(((x.mean(axis=0) - x.mean()) ** 2).sum()) / (k - 1)
    within = float(((x - x.mean(axis=1, keepdims=True)) ** 2).sum()) / (n * (k - 1))
    rest = x - x.mean(axis=1, keepdims=True) - x.mean(axis=0) + x.mean()
    error = float((rest**2).sum()) / ((n - 1) * (k - 1))
    return Icc(
        _over(targets - within, targets + (k - 1) * within),
        _over(targets - error, targets + (k - 1) * error + k * (judges - error) / n),
        _over(targets - error, targets + (k - 1) * error),
        _over(targets - within, targets),
        _over(targets - error, targets + (judges - error) / n),
        _over(targets - error, targets),
    )


def _over(numerator: float, denominator: float) -> float:
    return numerator / denominator if abs(denominator) > 1e-12 else math.nan


def feature_scores(counts: CrossedCounts, k: int) -> FloatArray:
    """(F,) share correct of each feature in condition k; NaN without an answer."""
    return _share(counts.n_correct[k].sum(axis=0), counts.n_responses[k].sum(axis=0))


def design_effect(cluster_size: float, icc: float) -> float:
    """How many times more responses are needed because they come in clusters.

    Source: Kish (1965), Survey Sampling.
    """
    return 1 + (cluster_size - 1) * icc
