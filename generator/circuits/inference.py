"""Means with intervals over features and seed images. No torch."""

from dataclasses import dataclass

import numpy as np

from generator.circuits.similarity import Floats

ADVISED_FEATURES = 50
"""With fewer features, bootstrap intervals are too narrow to be trusted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """A mean over features, and where it would lie for other features."""

    mean: float
    low: float
    """Of the 95 % interval."""

    high: float
    n_features: int
    """Those with at least one known value."""


def mean_over_features(
    values: Floats, *, is_crossed: bool, n_bootstrap: int, rng: np.random.Generator
) -> Interval:
    """Mean over features of each feature's mean, with a bootstrap over features.

    Features are resampled with replacement. Where every feature was measured on the
    same seed images, these are resampled too, independently: the interval then also
    speaks for other seed images. (It is somewhat too wide when neither matters.)

    Args:
        values: (F, K), one row per feature, one column per seed image (crossed) or per
            picture of that feature alone; NaN where there is none.
        is_crossed: columns are the same seed images in every row.

    Source: Owen (2007), The pigeonhole bootstrap, Annals of Applied Statistics 1.
    """
    known = np.isfinite(values)
    kept = known.any(1)
    if not kept.any():
        return Interval(mean=np.nan, low=np.nan, high=np.nan, n_features=0)
    shown, weight = np.where(known, values, 0.0)[kept], known[kept].astype(float)
    n, k = shown.shape
    columns = np.ones((k, n_bootstrap))
    if is_crossed:
        columns = _counts(k, n_bootstrap, rng)
    mean = (shown.sum(1) / weight.sum(1)).mean()
    drawn = _bootstrap(shown, weight, _counts(n, n_bootstrap, rng), columns)
    low, high = np.percentile(drawn[np.isfinite(drawn)], [2.5, 97.5])
    if n == 1:  # one feature says nothing about others
        low = high = np.nan
    return Interval(mean=float(mean), low=float(low), high=float(high), n_features=n)


def _counts(n: int, n_bootstrap: int, rng: np.random.Generator) -> Floats:
    """(n, R): how often each of n was drawn in each resample."""
    return rng.multinomial(n, np.full(n, 1 / n), size=n_bootstrap).T.astype(float)


def _bootstrap(shown: Floats, weight: Floats, rows: Floats, columns: Floats) -> Floats:
    """(R,): the mean of feature means in each resample; NaN where nothing is known."""
    count = weight @ columns  # (F, R)
    per_feature = (shown @ columns) / np.maximum(count, 1e-300)
    present = rows * (count > 0)
    total = present.sum(0)
    sums = (present * per_feature).sum(0)
    means: Floats = np.where(total > 0, sums / np.maximum(total, 1e-300), np.nan)
    return means
