"""Rows of results: a number, its interval, and a reason where there is none."""

import math
from typing import Any

import numpy as np

from analysis.bootstrap import draw_weights
from analysis.estimates import PARTICIPANT_BOOTSTRAP
from analysis.intervals import (
    NEW_PARTICIPANTS,
    FloatArray,
    Interval,
    percentile_ends,
    student_t,
)

PARTICIPANT_T = "participant_t"
TOO_FEW = "Fewer than 2 participants have this number, so it has no interval."
NO_SPREAD = "All participants have the same number, so it has no interval."

STREAMS = {
    "auroc2": 11,
    "split_half": 12,
    "error_consistency": 13,
    "machines": 14,
    "calibration": 15,
}
"""Use of chance in a section -> number of its random stream."""


def section_rng(rng_seed: int, use: str, *more: int) -> np.random.Generator:
    """The random source of one use, the same whatever else is computed."""
    return np.random.default_rng([rng_seed, STREAMS[use], *more])


def mean_over_people(
    values: FloatArray, *, level: float, least: float = -math.inf
) -> dict[str, Any]:
    """Mean of one number per participant with its t interval.

    Args:
        values: (P,); NaN where a participant has none, which are skipped and counted.
        least: where the scale begins; the interval is cut there.

    Returns:
        value, interval, n_participants, n_undefined, reason.
    """
    known = values[~np.isnan(values)]
    row: dict[str, Any] = {
        "value": float(known.mean()) if len(known) else math.nan,
        "interval": None,
        "n_participants": len(known),
        "n_undefined": len(values) - len(known),
        "reason": None,
    }
    if len(known) < 2:
        return {**row, "reason": TOO_FEW}
    sd = float(known.std(ddof=1))
    if sd < 1e-12:
        return {**row, "reason": NO_SPREAD}
    error, df = sd / math.sqrt(len(known)), len(known) - 1
    low, high = student_t(row["value"], error, df, level=level)
    interval = Interval(max(low, least), high, level, PARTICIPANT_T, NEW_PARTICIPANTS)
    return {**row, "interval": interval._asdict()}


def bootstrap_over_people(
    values: FloatArray, *, level: float, n_resamples: int, rng: np.random.Generator
) -> dict[str, Any]:
    """As `mean_over_people`, with percentiles over resamples of participants."""
    row = mean_over_people(values, level=level)
    if row["interval"] is None:
        return row
    known = values[~np.isnan(values)]
    n = len(known)
    parts = [
        draw_weights(rng, n, min(1_000, n_resamples - done)) @ known / n
        for done in range(0, n_resamples, 1_000)
    ]
    ends = percentile_ends(np.concatenate(parts), level=level)
    interval = ends and Interval(*ends, level, PARTICIPANT_BOOTSTRAP, NEW_PARTICIPANTS)
    return {**row, "interval": interval._asdict() if interval else None}
