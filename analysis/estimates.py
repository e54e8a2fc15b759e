"""Estimates with their intervals, as they stand in the results."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from analysis.intervals import (
    BOTH,
    NOTHING_NEW,
    FloatArray,
    Interval,
    percentile_ends,
    student_t,
    wilson,
)
from analysis.two_way import TwoWayVariance

TWO_WAY_ROBUST: Final = "two_way_cluster_robust_t"
TWO_WAY_BOOTSTRAP: Final = "two_way_bootstrap"
PARTICIPANT_BOOTSTRAP: Final = "participant_bootstrap"
WILSON: Final = "wilson"

ALIKE: Final = 1e-12
"""Resamples closer together than this are all the same."""

OK: Final = "ok"
NO_VARIATION: Final = "no_variation"
TOO_FEW_CLUSTERS: Final = "too_few_clusters"
ONE_WAY_VARIANCE: Final = "one_way_variance"
DROPPED_RESAMPLES: Final = "dropped_resamples"


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """One number, its interval, and what both rest on."""

    id: str
    """quantity/group/method, unique in the results."""

    quantity: str
    """`accuracy`, `difference`, `accuracy_at_confidence` or `feature_accuracy`."""

    unit: str = "share"
    """`share` (0 to 1) or `share_difference` (-1 to 1)."""

    value: float
    n_responses: int
    n_participants: int
    n_features: int
    method: str = ""
    generalizes_to: str = ""
    interval: Interval | None = None
    """None where the status says why."""

    condition: str | None = None
    contrast: tuple[str, str] | None = None
    """First minus second condition."""

    stratum: str | None = None
    """None: all strata together."""

    feature_id: str | None = None
    confidence: int | None = None
    t: float | None = None
    df: int | None = None
    p: float | None = None
    """Two-sided."""

    p_adjusted: float | None = None
    family: str | None = None
    is_confirmatory: bool = False
    fit_id: str | None = None
    status: str = OK
    reason: str | None = None
    """A sentence, where status is not `ok`."""


NO_VARIATION_REASON = (
    "Nothing varied (all answers right, all wrong, or every cell alike), so the data "
    "cannot show how much other people or features would differ."
)
ONE_WAY_REASON = (
    "The two-way variance was not positive; the larger one-way variance stands in."
)
DROPPED_REASON = (
    "More than 1 % of the resamples held no response of the condition, so there is "
    "no bootstrap interval."
)


def with_two_way_robust(
    base: Estimate,
    variance: TwoWayVariance,
    *,
    level: float,
    limits: tuple[float, float] = (0.0, 1.0),
) -> Estimate:
    """The estimate with its interval for new people and new features.

    Args:
        base: an estimate without an interval.
        limits: ends of the scale; the interval is cut there.
    """
    named = _named(base, TWO_WAY_ROBUST, BOTH)
    if variance.df < 1:
        few = too_few(variance.n_participants, variance.n_features)
        return replace(named, status=TOO_FEW_CLUSTERS, reason=few)
    if not variance.is_usable:
        return replace(named, status=NO_VARIATION, reason=NO_VARIATION_REASON)
    low, high = student_t(base.value, variance.standard_error, variance.df, level=level)
    ends = max(low, limits[0]), min(high, limits[1])
    interval = Interval(*ends, level, TWO_WAY_ROBUST, BOTH)
    if variance.is_replaced:
        named = replace(named, status=ONE_WAY_VARIANCE, reason=ONE_WAY_REASON)
    return replace(named, interval=interval, df=variance.df)


def with_bootstrap(
    base: Estimate,
    resampled: FloatArray,
    *,
    method: str,
    generalizes_to: str,
    level: float,
) -> Estimate:
    """The estimate with a percentile interval over resamples.

    Args:
        resampled: (R,) statistic of each resample, NaN where undefined.
    """
    named = _named(base, method, generalizes_to)
    is_scarce = base.n_participants < 2 or (
        generalizes_to == BOTH and base.n_features < 2
    )
    if is_scarce:
        few = too_few(base.n_participants, base.n_features)
        return replace(named, status=TOO_FEW_CLUSTERS, reason=few)
    ends = percentile_ends(resampled, level=level)
    if ends is None:
        return replace(named, status=DROPPED_RESAMPLES, reason=DROPPED_REASON)
    if np.nanmax(resampled) - np.nanmin(resampled) < ALIKE:
        return replace(named, status=NO_VARIATION, reason=NO_VARIATION_REASON)
    return replace(named, interval=Interval(*ends, level, method, generalizes_to))


def with_wilson(base: Estimate, n_correct: float, *, level: float) -> Estimate:
    """The estimate with the naive interval of a pooled share."""
    low, high = wilson(n_correct, base.n_responses, level=level)
    interval = Interval(float(low), float(high), level, WILSON, NOTHING_NEW)
    return replace(_named(base, WILSON, NOTHING_NEW), interval=interval)


def _named(base: Estimate, method: str, generalizes_to: str) -> Estimate:
    return replace(
        base,
        id=f"{base.id}/{method}",
        method=method,
        generalizes_to=generalizes_to,
    )


def too_few(n_participants: int, n_features: int) -> str:
    """Which of people and features is missing, as a sentence."""
    people = "participant" if n_participants == 1 else "participants"
    features = "feature" if n_features == 1 else "features"
    return (
        f"With {n_participants} {people} and {n_features} {features} there is nothing "
        "to generalize from; at least 2 of each are needed."
    )
