"""Resampling of whole people, or of people and features, as matrix products.

All products are of whole numbers, hence exact: the number of threads of the linear
algebra library cannot change a digit.
"""

import numpy as np

from analysis.crossed import CrossedCounts
from analysis.intervals import FloatArray

CHUNK = 1_000
"""Resamples computed at a time; bounds the memory, changes no number."""


def draw_weights(
    rng: np.random.Generator, n_units: int, n_resamples: int
) -> FloatArray:
    """How often each unit is drawn when n units are drawn with replacement.

    Returns:
        (n_resamples, n_units) whole numbers; each row sums to n_units.
    """
    drawn = rng.integers(0, n_units, size=(n_resamples, n_units))
    row = np.arange(n_resamples)[:, None] * n_units
    flat = np.bincount((drawn + row).ravel(), minlength=n_resamples * n_units)
    return flat.reshape(n_resamples, n_units).astype(np.float64)


def accuracies_under_weights(
    counts: CrossedCounts,
    participant_weights: FloatArray,
    feature_weights: FloatArray | None = None,
) -> FloatArray:
    """Accuracy of each condition when units count as often as they were drawn.

    Args:
        participant_weights: (R, P) whole numbers.
        feature_weights: (R, F) whole numbers. None: every feature once.

    Returns:
        (R, K) accuracies. A person left without a response in a condition is skipped
        there; NaN where no person is left.
    """
    columns = []
    for n_correct, n_responses in zip(
        counts.n_correct, counts.n_responses, strict=True
    ):  # (P, F) each
        if feature_weights is None:
            right = n_correct.sum(axis=1)[None, :]  # (1, P)
            asked = n_responses.sum(axis=1)[None, :]
        else:
            right = feature_weights @ n_correct.T  # (R, P)
            asked = feature_weights @ n_responses.T
        shares = np.divide(right, asked, out=np.zeros_like(right), where=asked > 0)
        people = (participant_weights * (asked > 0)).sum(axis=1)  # (R,)
        total = (participant_weights * shares).sum(axis=1)
        empty = np.full_like(total, np.nan)
        columns.append(np.divide(total, people, out=empty, where=people > 0))
    return np.stack(columns, axis=1)


def bootstrap_participants(
    counts: CrossedCounts, *, n_resamples: int, rng: np.random.Generator
) -> FloatArray:
    """Accuracies over resamples of people; features stay as they are.

    Returns:
        (n_resamples, K), conditions in the order of `counts`.

    Source: Field & Welsh (2007), Bootstrapping clustered data, J. R. Stat. Soc. B 69.
    """
    parts = [
        accuracies_under_weights(
            counts, draw_weights(rng, len(counts.participant_ids), size)
        )
        for size in _chunk_sizes(n_resamples)
    ]
    return np.concatenate(parts)


def bootstrap_two_way(
    counts: CrossedCounts, *, n_resamples: int, rng: np.random.Generator
) -> FloatArray:
    """Accuracies over resamples of people and, apart, of features ("pigeonhole").

    Counts the noise of single trials up to three times, so it errs to the wide side:
    a display, never the basis of a test.

    Returns:
        (n_resamples, K), conditions in the order of `counts`.

    Source: Owen (2007), The pigeonhole bootstrap, Ann. Appl. Stat. 1, 386-411.
    """
    parts = []
    for size in _chunk_sizes(n_resamples):
        people = draw_weights(rng, len(counts.participant_ids), size)
        features = draw_weights(rng, len(counts.feature_ids), size)
        parts.append(accuracies_under_weights(counts, people, features))
    return np.concatenate(parts)


def _chunk_sizes(n_resamples: int) -> list[int]:
    whole, rest = divmod(n_resamples, CHUNK)
    return [CHUNK] * whole + [rest] * (rest > 0)
