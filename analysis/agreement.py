"""How alike observers answer: beyond chance, beyond being equally good."""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from analysis.errors import ConfigError
from analysis.intervals import FloatArray


class Consistency(NamedTuple):
    """Agreement on being right or wrong."""

    observed_agreement: float
    expected_agreement: float
    """Of two independent observers with the same accuracies."""
    kappa: float
    """NaN where both are perfect, or both always wrong."""


def error_consistency(
    accuracy_1: float, accuracy_2: float, observed_agreement: float
) -> Consistency:
    """Whether two observers err on the same trials.

    Source: Geirhos, Meding & Wichmann (2020), Beyond accuracy, NeurIPS.
    """
    expected = accuracy_1 * accuracy_2 + (1 - accuracy_1) * (1 - accuracy_2)
    rest = 1 - expected
    kappa = (observed_agreement - expected) / rest if rest > 1e-12 else math.nan
    return Consistency(observed_agreement, expected, kappa)


class PairwiseConsistency(NamedTuple):
    """Error consistency of every pair of observers on their common trials."""

    kappa: FloatArray
    """(N, N); NaN on the diagonal, without enough common trials, or where undefined."""
    n_common: FloatArray
    """(N, N) trials both answered."""


def pairwise_consistency(
    is_correct: FloatArray, is_answered: FloatArray, *, min_common: int = 1
) -> PairwiseConsistency:
    """Error consistency of all pairs as matrix products.

    Args:
        is_correct, is_answered: (N, T) zeros and ones, observers by trials.
        min_common: pairs with fewer common trials have no kappa.
    """
    right = is_correct * is_answered
    wrong = is_answered - right
    n = is_answered @ is_answered.T
    both = right @ right.T + wrong @ wrong.T
    safe = np.maximum(n, 1)
    mine = (right @ is_answered.T) / safe
    theirs = (is_answered @ right.T) / safe
    expected = mine * theirs + (1 - mine) * (1 - theirs)
    rest = 1 - expected
    is_known = (n >= max(min_common, 1)) & (rest > 1e-12)
    kappa = np.full(n.shape, np.nan)
    np.divide(both / safe - expected, rest, out=kappa, where=is_known)
    np.fill_diagonal(kappa, np.nan)
    return PairwiseConsistency(kappa, n)


def krippendorff_alpha(codes: npt.ArrayLike, *, scale: str = "nominal") -> float:
    """Agreement of coders corrected for chance; NaN where all codes are equal.

    Args:
        codes: (coders, items), NaN where a coder skipped an item.
        scale: `nominal`, `ordinal`, `interval` or `ratio`.

    Source: Krippendorff (2011), Computing Krippendorff's alpha-reliability.
    """
    if scale not in _DISTANCES:
        raise ConfigError(
            f"scale must be one of {', '.join(_DISTANCES)}; got {scale!r}"
        )
    table = np.asarray(codes, dtype=np.float64)
    values = np.unique(table[~np.isnan(table)])
    counts = (table[:, :, None] == values).sum(axis=0).astype(np.float64)  # items, V
    counts = counts[counts.sum(axis=1) >= 2]
    m = counts.sum(axis=1, keepdims=True)
    coincidence = np.einsum("iv,iw,i->vw", counts, counts, 1 / (m[:, 0] - 1))
    coincidence -= np.diag((counts / (m - 1)).sum(axis=0))
    totals = coincidence.sum(axis=1)
    distance = _DISTANCES[scale](values, totals)
    n = totals.sum()
    expected = (np.outer(totals, totals) * distance).sum() / (n - 1)
    if not expected > 0:
        return math.nan
    return float(1 - (coincidence * distance).sum() / expected)


def _nominal(values: FloatArray, _: FloatArray) -> FloatArray:
    differs: FloatArray = (values[:, None] != values).astype(np.float64)
    return differs


def _ordinal(values: FloatArray, totals: FloatArray) -> FloatArray:
    below = np.cumsum(totals)
    low = np.minimum.outer(np.arange(len(values)), np.arange(len(values)))
    high = np.maximum.outer(np.arange(len(values)), np.arange(len(values)))
    between = below[high] - (below - totals)[low] - (totals[low] + totals[high]) / 2
    squared: FloatArray = np.where(low == high, 0.0, between) ** 2
    return squared


def _interval(values: FloatArray, _: FloatArray) -> FloatArray:
    squared: FloatArray = (values[:, None] - values) ** 2
    return squared


def _ratio(values: FloatArray, _: FloatArray) -> FloatArray:
    total = values[:, None] + values
    squared: FloatArray = (
        (values[:, None] - values) / np.where(total == 0, 1, total)
    ) ** 2
    return squared


_DISTANCES: Mapping[str, Callable[[FloatArray, FloatArray], FloatArray]] = {
    "nominal": _nominal,
    "ordinal": _ordinal,
    "interval": _interval,
    "ratio": _ratio,
}
