"""Standard errors for people crossed with features, without random numbers."""

import math
from typing import NamedTuple

import numpy as np

from analysis.intervals import FloatArray

NEGLIGIBLE = 1e-15
"""A variance up to this is rounding: a standard error below 1e-7 of an accuracy."""


class TwoWayVariance(NamedTuple):
    """The three parts of a two-way cluster-robust variance."""

    participants: float
    features: float
    cells: float
    n_participants: int
    n_features: int

    @property
    def is_replaced(self) -> bool:
        """Whether the parts sum to nothing, so that a one-way part stands in."""
        return self.participants + self.features - self.cells <= NEGLIGIBLE

    @property
    def total(self) -> float:
        """The variance; the larger one-way part where the sum is not positive."""
        if self.is_replaced:
            return max(self.participants, self.features)
        return self.participants + self.features - self.cells

    @property
    def is_usable(self) -> bool:
        """Whether anything varied, among at least two people and two features."""
        return self.df >= 1 and self.total > NEGLIGIBLE

    @property
    def standard_error(self) -> float:
        """Its root."""
        return math.sqrt(self.total)

    @property
    def df(self) -> int:
        """Degrees of freedom: the scarcer of people and features, minus one."""
        return min(self.n_participants, self.n_features) - 1


def influence_on_accuracy(n_correct: FloatArray, n_responses: FloatArray) -> FloatArray:
    """What each cell contributes to the mean over people of their share correct.

    Args:
        n_correct, n_responses: (P, F) counts of one condition.

    Returns:
        (P, F); sums to 0. Zero for people without a response.
    """
    asked = n_responses.sum(axis=1, keepdims=True)  # (P, 1)
    safe = np.where(asked > 0, asked, 1)
    n_people = np.count_nonzero(asked)
    accuracy = float((n_correct / safe).sum()) / n_people
    residual: FloatArray = (n_correct - accuracy * n_responses) / (safe * n_people)
    return residual


def influence_on_pooled_share(
    n_correct: FloatArray, n_responses: FloatArray
) -> FloatArray:
    """What each cell contributes to the share correct of all responses together.

    Args:
        n_correct, n_responses: (P, F) counts.

    Returns:
        (P, F); sums to 0.
    """
    n = n_responses.sum()
    influence: FloatArray = (n_correct - n_correct.sum() / n * n_responses) / n
    return influence


def two_way_variance(influence: FloatArray, has_response: FloatArray) -> TwoWayVariance:
    """Participant part plus feature part minus cell part.

    Each part is the sum of squared cluster sums, times g / (g - 1) for g clusters.

    Args:
        influence: (P, F); for a difference, the difference of two influences.
        has_response: (P, F); above 0 where the cell holds data.

    Source: Cameron, Gelbach & Miller (2011), Robust inference with multiway
        clustering, J. Bus. Econ. Stat. 29, 238-249.
    """
    filled = has_response > 0
    n_people = int(filled.any(axis=1).sum())
    n_features = int(filled.any(axis=0).sum())
    return TwoWayVariance(
        participants=_part(influence.sum(axis=1), n_people),
        features=_part(influence.sum(axis=0), n_features),
        cells=_part(influence.ravel(), int(filled.sum())),
        n_participants=n_people,
        n_features=n_features,
    )


def _part(sums: FloatArray, n_clusters: int) -> float:
    if n_clusters < 2:
        return math.nan
    return float((sums**2).sum()) * n_clusters / (n_clusters - 1)
