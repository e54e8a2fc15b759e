"""Whether people are surer when they are right, and as sure as they are right."""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.intervals import FloatArray

LEVELS = (1, 2, 3)
"""Confidence levels, lowest first."""

UNSTABLE_BELOW = 5
"""With fewer right or fewer wrong answers an AUROC2 is flagged as unstable."""


def auroc2(n_correct: npt.ArrayLike, n_wrong: npt.ArrayLike) -> FloatArray:
    """Chance that a right answer is surer than a wrong one; ties count one half.

    Args:
        n_correct, n_wrong: (..., L) counts per confidence level, lowest first.

    Returns:
        (...,) from 0 to 1, 0.5 without insight; NaN without a right or a wrong answer.

    Source: Fleming & Lau (2014), Front. Hum. Neurosci. 8, 443.
    """
    right = np.asarray(n_correct, dtype=np.float64)
    wrong = np.asarray(n_wrong, dtype=np.float64)
    below = np.cumsum(wrong, axis=-1) - wrong  # wrong answers with less confidence
    wins = (right * (below + wrong / 2)).sum(axis=-1)
    pairs = right.sum(axis=-1) * wrong.sum(axis=-1)
    empty = np.full(pairs.shape, np.nan)
    share: FloatArray = np.divide(wins, pairs, out=empty, where=pairs > 0)
    return share


def confidence_counts_of(
    responses: pd.DataFrame, participants: list[str]
) -> tuple[FloatArray, FloatArray]:
    """Right and wrong answers per participant and confidence level.

    Args:
        responses: participant_id, confidence (missing is left out), is_correct.

    Returns:
        Two (P, 3) arrays, participants in the given order.
    """
    rated = responses.loc[responses["confidence"].isin(LEVELS)]
    place = (
        pd.Categorical(rated["participant_id"], categories=participants).codes,
        rated["confidence"].to_numpy(dtype=int) - LEVELS[0],
    )
    right = np.zeros((len(participants), len(LEVELS)))
    wrong = np.zeros_like(right)
    is_right = rated["is_correct"].to_numpy(dtype=np.float64)
    np.add.at(right, place, is_right)
    np.add.at(wrong, place, 1 - is_right)
    return right, wrong


class Calibration(NamedTuple):
    """How close announced chances come to what happens."""

    brier: float
    """Mean squared distance of the announced chance from 0 or 1."""
    expected_calibration_error: float
    """Mean distance of the announced chance from the share right, per bin."""
    overconfidence: float
    """Mean announced chance minus share right."""


def calibration(
    predicted: npt.ArrayLike, n_correct: npt.ArrayLike, n_responses: npt.ArrayLike
) -> Calibration:
    """Brier score, calibration error and overconfidence from bins.

    Args:
        predicted: (B,) announced chance of each bin, 0 to 1.
        n_correct, n_responses: (B,) counts; bins without a response do not count.

    Source: Brier (1950), Mon. Weather Rev. 78, 1-3; Naeini et al. (2015), AAAI.
    """
    chance = np.asarray(predicted, dtype=np.float64)
    right = np.asarray(n_correct, dtype=np.float64)
    n = np.asarray(n_responses, dtype=np.float64)
    used = n > 0
    chance, right, n = chance[used], right[used], n[used]
    total = n.sum()
    if total == 0:
        return Calibration(math.nan, math.nan, math.nan)
    brier = (right * (1 - chance) ** 2 + (n - right) * chance**2).sum() / total
    gaps = chance - right / n
    error = (n * np.abs(gaps)).sum() / total
    return Calibration(float(brier), float(error), float((n * gaps).sum() / total))


def predicted_by_others(right: FloatArray, wrong: FloatArray) -> FloatArray:
    """What each confidence level is worth, judged by the other participants.

    Mapping a level to the rate of the very answers judged would make every calibration
    error zero, hence the answers of a participant never enter their own mapping.

    Args:
        right, wrong: (P, L) counts.

    Returns:
        (P, L) shares right among the others; their share over all levels where none of
        them used the level.
    """
    others_right = right.sum(axis=0) - right
    others = others_right + wrong.sum(axis=0) - wrong
    total = others.sum(axis=1, keepdims=True)
    overall = others_right.sum(axis=1, keepdims=True) / np.maximum(total, 1)
    rate: FloatArray = np.broadcast_to(overall, others.shape).copy()
    np.divide(others_right, others, out=rate, where=others > 0)
    return rate
