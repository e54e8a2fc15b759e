"""Coherence with photographs, and the scale on which it is read. No torch."""

from dataclasses import dataclass

import numpy as np

from generator.circuits.similarity import Floats

_ABOVE_ZERO = 1e-9
"""Less than this between ceiling and floor is rounding."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """What photographs of a feature share, with each other and with others."""

    ceiling: float
    """Mean similarity of two photographs of the feature."""

    floor: float
    """Mean similarity of a photograph of the feature with one of another feature,
    both attributed to the first."""

    gap_low: float
    """Lower end of the 95 % interval of ceiling minus floor, over photographs."""

    gap_high: float
    """Its upper end."""

    @property
    def is_defined(self) -> bool:
        """Whether the ceiling lies above the floor by its own interval."""
        return self.gap_low > _ABOVE_ZERO

    def score(self, coherence: Floats) -> Floats:
        """0 at the floor, 1 at the ceiling; NaN where the two cannot be told apart."""
        if not self.is_defined:
            return np.full_like(coherence, np.nan)
        return (coherence - self.floor) / (self.ceiling - self.floor)


def scale_of(
    natural: Floats, other: Floats, *, n_bootstrap: int, rng: np.random.Generator
) -> Scale:
    """Ceiling and floor, and an interval of their difference.

    Photographs are resampled, not pairs; a photograph drawn twice is not paired with
    itself. Similarities that are NaN take no part.

    Args:
        natural: (n, n) similarities between the feature's photographs.
        other: (n, m) their similarities with photographs of other features.
    """
    n, m = other.shape
    drawn = rng.multinomial(n, np.full(n, 1 / n), size=n_bootstrap).astype(float)
    others = rng.multinomial(m, np.full(m, 1 / m), size=n_bootstrap).astype(float)
    between = natural.copy()
    np.fill_diagonal(between, np.nan)
    gaps = _mean(between, drawn, drawn) - _mean(other, drawn, others)
    known = gaps[np.isfinite(gaps)]
    has_gap = len(known) >= n_bootstrap / 2
    low, high = np.percentile(known, [2.5, 97.5]) if has_gap else (np.nan, np.nan)
    once = np.ones((1, n))
    return Scale(
        ceiling=float(_mean(between, once, once)[0]),
        floor=float(_mean(other, once, np.ones((1, m)))[0]),
        gap_low=float(low),
        gap_high=float(high),
    )


def coherence_with(similarities: Floats) -> Floats:
    """Mean over the reference photographs, (k, n) to (k,); NaN where none is known."""
    return _row_means(similarities)


def leave_one_out(natural: Floats) -> Floats:
    """Coherence of each reference photograph with all the others, (n, n) to (n,)."""
    between = natural.copy()
    np.fill_diagonal(between, np.nan)
    return _row_means(between)


def mean_of_pairs(similarities: Floats) -> float:
    """Mean over pairs of different pictures, (k, k); NaN for fewer than two."""
    upper = similarities[np.triu_indices(len(similarities), 1)]
    known = upper[np.isfinite(upper)]
    return float(known.mean()) if len(known) else float("nan")


def auc(positives: Floats, negatives: Floats) -> float:
    """Probability that a positive lies above a negative, ties one half.

    NaN values are left out; NaN when none is left on a side.
    """
    above = positives[np.isfinite(positives)][:, None]
    below = negatives[np.isfinite(negatives)][None, :]
    if above.size == 0 or below.size == 0:
        return float("nan")
    return float(((above > below) + 0.5 * (above == below)).mean())


def _row_means(values: Floats) -> Floats:
    known = np.isfinite(values)
    total = np.where(known, values, 0.0).sum(1)
    count = known.sum(1)
    means: Floats = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return means


def _mean(values: Floats, rows: Floats, columns: Floats) -> Floats:
    """Weighted mean of known values for each pair of weight vectors.

    Args:
        values: (n, m).
        rows: (R, n) weights.
        columns: (R, m) weights.

    Returns:
        (R,); NaN where no known value has weight.
    """
    known = np.isfinite(values).astype(float)
    total = ((rows @ np.where(known > 0, values, 0.0)) * columns).sum(1)
    weight = ((rows @ known) * columns).sum(1)
    means: Floats = np.where(weight > 0, total / np.maximum(weight, 1e-300), np.nan)
    return means
