"""Sensitivity apart from a preference for one side."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from analysis.intervals import FloatArray


class Detection(NamedTuple):
    """Sensitivity and bias of a choice between two sides; scalars or arrays."""

    hit_rate: FloatArray
    """Share of left choices where left was correct."""
    false_alarm_rate: FloatArray
    """Share of left choices where right was correct."""
    d_prime: FloatArray
    criterion: FloatArray
    """Below 0: prefers the left or upper side."""
    accuracy_without_bias: FloatArray
    """Accuracy the same sensitivity would reach without a preferred side, 0 to 1."""


def d_prime_from_accuracy(accuracy: float) -> float:
    """Sensitivity of a two-alternative choice without bias; infinite at 0 and 1.

    Source: Macmillan & Creelman (2005), Detection Theory, chapter 7.
    """
    return math.sqrt(2) * float(special.ndtri(accuracy))


def detection(hit_rate: npt.ArrayLike, false_alarm_rate: npt.ArrayLike) -> Detection:
    """Sensitivity and bias from rates strictly between 0 and 1.

    Source: Macmillan & Creelman (2005), Detection Theory, chapter 7.
    """
    hits = np.asarray(hit_rate, dtype=np.float64)
    alarms = np.asarray(false_alarm_rate, dtype=np.float64)
    z_hits, z_alarms = special.ndtri(hits), special.ndtri(alarms)
    d_prime = (z_hits - z_alarms) / math.sqrt(2)
    return Detection(
        hits,
        alarms,
        d_prime,
        -(z_hits + z_alarms) / 2,
        special.ndtr(d_prime / math.sqrt(2)),
    )


def log_linear_detection(
    n_hits: npt.ArrayLike,
    n_left_correct: npt.ArrayLike,
    n_false_alarms: npt.ArrayLike,
    n_right_correct: npt.ArrayLike,
) -> Detection:
    """The same from counts, each rate as (count + 0.5) / (n + 1).

    The correction is applied everywhere, so that cells stay comparable.

    Source: Hautus (1995), Behav. Res. Methods 27, 46-51.
    """
    counts = [
        np.asarray(c, dtype=np.float64)
        for c in (n_hits, n_left_correct, n_false_alarms, n_right_correct)
    ]
    hits, n_left, alarms, n_right = counts
    return detection((hits + 0.5) / (n_left + 1), (alarms + 0.5) / (n_right + 1))


def detection_by(responses: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Sensitivity and bias per group.

    Args:
        responses: the key columns, choice and correct_option ("left", "right").
        keys: columns that make the groups.

    Returns:
        One row per group: the keys, n_responses, n_left (choices of the left side),
        accuracy, and the fields of `Detection`; NaN where one side was never correct.
    """
    is_left = (responses["choice"] == "left").to_numpy()
    left_correct = (responses["correct_option"] == "left").to_numpy()
    counted = responses[list(keys)].assign(
        n_responses=1,
        n_left=is_left.astype(int),
        n_correct=(is_left == left_correct).astype(int),
        n_left_correct=left_correct.astype(int),
        n_hits=(is_left & left_correct).astype(int),
        n_false_alarms=(is_left & ~left_correct).astype(int),
    )
    table = counted.groupby(list(keys), sort=True).sum().reset_index()
    n_right = table["n_responses"] - table["n_left_correct"]
    found = log_linear_detection(
        table["n_hits"], table["n_left_correct"], table["n_false_alarms"], n_right
    )
    is_known = (table["n_left_correct"] > 0) & (n_right > 0)
    values = {
        name: pd.Series(value, index=table.index).where(is_known)
        for name, value in found._asdict().items()
    }
    table["accuracy"] = table["n_correct"] / table["n_responses"]
    names = [*keys, "n_responses", "n_left", "accuracy"]
    return table[names].assign(**values)
