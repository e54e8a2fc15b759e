"""Tests of a difference between two conditions."""

import math
from typing import NamedTuple

import numpy as np
from scipy import stats

from analysis.crossed import CrossedCounts
from analysis.intervals import FloatArray
from analysis.two_way import TwoWayVariance, influence_on_accuracy, two_way_variance

EXACT_UP_TO = 20
"""Differences up to which all sign flips are enumerated."""

TOLERANCE = 1e-12
"""Two means closer than this count as equal."""


class Difference(NamedTuple):
    """First condition minus second, in accuracy (-1 to 1)."""

    value: float
    variance: TwoWayVariance
    t: float
    p: float
    """Two-sided."""


def two_way_robust_difference(
    counts: CrossedCounts, first: str, second: str
) -> Difference:
    """Difference of two accuracies, tested against new people and new features.

    t with min(P, F) - 1 degrees of freedom, P and F those of the condition that has
    fewer: a condition shown with one feature says nothing about other features, however
    many the other condition has.

    Source: Cameron, Gelbach & Miller (2011); see `two_way_variance`.
    """
    a, b = counts.conditions.index(first), counts.conditions.index(second)
    influence = influence_on_accuracy(
        counts.n_correct[a], counts.n_responses[a]
    ) - influence_on_accuracy(counts.n_correct[b], counts.n_responses[b])
    asked = counts.n_responses[[a, b]]  # (2, P, F)
    variance = two_way_variance(influence, asked.sum(axis=0))._replace(
        n_participants=int(asked.any(axis=2).sum(axis=1).min()),
        n_features=int(asked.any(axis=1).sum(axis=1).min()),
    )
    accuracy = counts.accuracy()
    value = float(accuracy[a] - accuracy[b])
    if not variance.is_usable:
        return Difference(value, variance, math.nan, math.nan)
    t = value / variance.standard_error
    return Difference(value, variance, t, float(2 * stats.t.sf(abs(t), variance.df)))


class SignFlips(NamedTuple):
    """Outcome of a sign-flip test."""

    mean: float
    n_differences: int
    n_flips: int
    """Flips compared: all of them, or those drawn."""
    n_at_least_as_extreme: int
    p: float
    """Two-sided; NaN without a difference."""
    is_exact: bool


def sign_flips(
    differences: FloatArray, *, n_flips: int, rng: np.random.Generator
) -> SignFlips:
    """Two-sided sign-flip test of a mean difference.

    Exact up to 2**20 flips, else seeded flips with (count + 1) / (n + 1).

    Args:
        differences: (N,) one paired difference per person or per feature, no NaN.
        n_flips: flips drawn where not all can be enumerated.

    Source: Fisher (1935), The Design of Experiments, section 21; Phipson & Smyth
        (2010) for the added one.
    """
    n = len(differences)
    if n == 0:
        return SignFlips(math.nan, 0, 0, 0, math.nan, is_exact=True)
    observed = abs(float(differences.mean())) - TOLERANCE
    if n <= EXACT_UP_TO:
        extreme = int((np.abs(_all_flipped_sums(differences) / n) >= observed).sum())
        p, drawn = extreme / 2**n, 2**n
    else:
        extreme = _count_drawn_flips(differences, observed, n_flips, rng)
        p, drawn = (extreme + 1) / (n_flips + 1), n_flips
    mean = float(differences.mean())
    return SignFlips(mean, n, drawn, extreme, p, is_exact=n <= EXACT_UP_TO)


def _all_flipped_sums(differences: FloatArray) -> FloatArray:
    sums = np.zeros(1)
    for difference in differences:
        sums = np.concatenate([sums + difference, sums - difference])
    return sums


def _count_drawn_flips(
    differences: FloatArray, observed: float, n_flips: int, rng: np.random.Generator
) -> int:
    """Drawn flips whose mean lies at least as far from zero as the observed one.

    m differences of one size d add d * (2 B - m), B the number of them that keep their
    sign, which is binomial: one number is drawn where there were m.
    """
    n, extreme, left = len(differences), 0, n_flips
    size, m = np.unique(np.round(np.abs(differences), 12), return_counts=True)
    size, m = size[size > 0], m[size > 0]  # (U,)
    while left:
        drawn = min(left, max(1, 4_000_000 // max(len(m), 1)))
        kept = rng.binomial(m, 0.5, size=(drawn, len(m)))  # (drawn, U)
        means = (2.0 * kept - m) @ size / n
        extreme += int((np.abs(means) >= observed).sum())
        left -= drawn
    return extreme


def paired_differences(
    counts: CrossedCounts, first: str, second: str, *, over: str
) -> FloatArray:
    """Share correct in the first condition minus the second, per person or feature.

    Args:
        over: "participants" or "features"; those with both conditions are paired.

    Returns:
        (N,) differences, in the order of the ids.
    """
    axis = 2 if over == "participants" else 1
    right, asked = counts.n_correct.sum(axis=axis), counts.n_responses.sum(axis=axis)
    a, b = counts.conditions.index(first), counts.conditions.index(second)
    has_both = (asked[a] > 0) & (asked[b] > 0)
    shares = right[:, has_both] / asked[:, has_both].clip(min=1)
    difference: FloatArray = shares[a] - shares[b]
    return difference
