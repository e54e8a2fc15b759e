"""Whether confidence tells right answers from wrong ones, and by how much."""

from typing import Any

import numpy as np
import pandas as pd

from analysis.analysed import Analysed
from analysis.confidence import (
    LEVELS,
    UNSTABLE_BELOW,
    auroc2,
    calibration,
    confidence_counts_of,
    predicted_by_others,
)
from analysis.intervals import FloatArray
from analysis.meta_d import MIN_TRIALS, fit_meta_d
from analysis.sections.rows import (
    bootstrap_over_people,
    mean_over_people,
    section_rng,
)

ALL = "all"


def compute(study: Analysed) -> dict[str, Any]:
    """AUROC2 per condition, calibration of all, meta-d' where there are enough trials.

    Returns:
        auroc2 (rows per condition and all together), calibration (brier,
        expected_calibration_error: mean over people; None without ratings), bins (what
        each level was worth and how often it came true), meta_d.
    """
    people = list(study.counts.participant_ids)
    rated = study.responses.loc[study.responses["confidence"].isin(LEVELS)]
    if rated.empty:
        return {"auroc2": [], "calibration": None, "bins": [], "meta_d": None}
    right, wrong = confidence_counts_of(rated, people)
    rows = [_auroc2_row(study, ALL, right, wrong, 0)]
    for number, condition in enumerate(study.conditions, start=1):
        part = rated.loc[rated["condition"] == condition]
        if len(part):
            pair = confidence_counts_of(part, people)
            rows.append(_auroc2_row(study, condition, *pair, number))
    return {
        "auroc2": rows,
        "calibration": _calibration(right, wrong),
        "bins": _bins(right, wrong),
        "meta_d": _meta_d(study, rated),
    }


def _auroc2_row(
    study: Analysed, condition: str, right: FloatArray, wrong: FloatArray, number: int
) -> dict[str, Any]:
    has_answers = (right + wrong).sum(axis=1) > 0
    right, wrong = right[has_answers], wrong[has_answers]
    fewest = np.minimum(right.sum(axis=1), wrong.sum(axis=1))
    values = auroc2(right, wrong)
    return {
        "condition": condition,
        "n_unstable": int(((fewest < UNSTABLE_BELOW) & (fewest > 0)).sum()),
        "pooled": float(auroc2(right.sum(axis=0), wrong.sum(axis=0))),
        **bootstrap_over_people(
            values,
            level=study.config.level,
            n_resamples=study.config.n_resamples,
            rng=section_rng(study.config.rng_seed, "auroc2", number),
        ),
    }


def _calibration(right: FloatArray, wrong: FloatArray) -> dict[str, Any] | None:
    """Of what the other participants' rates announce for each answer."""
    if len(right) < 2:
        return None
    predicted = predicted_by_others(right, wrong)
    asked = right + wrong
    found = calibration(predicted.ravel(), right.ravel(), asked.ravel())
    answered = asked.sum(axis=1) > 0
    gaps = np.abs(predicted * asked - right).sum(axis=1)[answered]
    own = gaps / asked.sum(axis=1)[answered]
    return {
        "brier": found.brier,
        "expected_calibration_error": float(own.mean()),
        "n_participants": int(answered.sum()),
    }


def _bins(right: FloatArray, wrong: FloatArray) -> list[dict[str, Any]]:
    predicted, asked = predicted_by_others(right, wrong), right + wrong
    rows = []
    for k, level in enumerate(LEVELS):
        n = float(asked[:, k].sum())
        if n:
            rows.append(
                {
                    "confidence": level,
                    "n_responses": int(n),
                    "predicted": float((predicted[:, k] * asked[:, k]).sum() / n),
                    "accuracy": float(right[:, k].sum() / n),
                }
            )
    return rows


def _meta_d(study: Analysed, rated: pd.DataFrame) -> dict[str, Any]:
    """Mean M-ratio of the participants with enough rated trials."""
    n_trials = rated.groupby("participant_id").size()
    enough = sorted(n_trials.index[n_trials >= MIN_TRIALS])
    row: dict[str, Any] = {
        "min_trials": MIN_TRIALS,
        "n_participants_enough": len(enough),
        "most_trials": int(n_trials.max()),
        "m_ratio": None,
        "n_not_converged": 0,
    }
    if not enough:
        return row
    rows = rated.loc[rated["participant_id"].isin(enough)]
    fits = [_fit_one(part) for _, part in rows.groupby("participant_id", sort=True)]
    ratios = np.array([fit[0] for fit in fits])
    return {
        **row,
        "n_not_converged": sum(not fit[1] for fit in fits),
        "m_ratio": mean_over_people(ratios, level=study.config.level),
    }


def _fit_one(rows: pd.DataFrame) -> tuple[float, bool]:
    """M-ratio of one participant; NaN where the fit fails or a side is missing."""
    is_left = (rows["choice"] == "left").to_numpy()
    confidence = rows["confidence"].to_numpy(dtype=int)
    n = len(LEVELS)
    place = np.where(is_left, n - confidence, n + confidence - 1)
    left_correct = (rows["correct_option"] == "left").to_numpy()
    first = np.bincount(place[left_correct], minlength=2 * n)
    second = np.bincount(place[~left_correct], minlength=2 * n)
    if not first.any() or not second.any():
        return float("nan"), True
    fit = fit_meta_d(first, second)
    return (fit.m_ratio if fit.is_converged else float("nan")), fit.is_converged
