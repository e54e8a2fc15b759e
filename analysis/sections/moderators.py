"""What accuracy depends on besides the condition: gap, place in the session."""

import re
from typing import Any

import numpy as np
import pandas as pd

from analysis.analysed import Analysed
from analysis.crossed import count_crossed
from analysis.estimates import TWO_WAY_ROBUST
from analysis.hypotheses import two_way_robust_difference
from analysis.intervals import BOTH, Interval, student_t, wilson
from analysis.psychometric import fit_psychometric
from analysis.two_way import influence_on_accuracy, two_way_variance

N_GAP_BINS = 5
EARLY, LATE = "early", "late"


def compute(study: Analysed) -> dict[str, Any]:
    """Curves over the activation gap, trend over the session, first block only.

    Returns:
        gap_bins and gap_curves (per condition), trend (late minus early half, in
        accuracy), first_block (accuracy per condition among those who began with it),
        layers (accuracy per layer and condition, where there are several).
    """
    responses = study.responses
    return {
        "gap_bins": _gap_bins(study) if len(responses) else [],
        "gap_curves": _gap_curves(study) if len(responses) else [],
        "trend": _trend(study) if len(responses) else [],
        "first_block": _first_block(study) if len(responses) else [],
        "layers": _by_layer(study) if len(responses) else [],
    }


def _gap_bins(study: Analysed) -> list[dict[str, Any]]:
    known = study.responses.loc[study.responses["activation_gap"].notna()]
    gaps = known["activation_gap"].astype(float)
    if gaps.nunique() < N_GAP_BINS:
        return []
    bins = pd.qcut(gaps.rank(method="first"), N_GAP_BINS, labels=False)
    right = known["is_correct"].astype(float)
    table = (
        pd.DataFrame(
            {
                "condition": known["condition"],
                "bin": bins,
                "gap": gaps,
                "right": right,
            }
        )
        .groupby(["condition", "bin"], as_index=False)
        .agg(gap=("gap", "mean"), n_responses=("right", "size"), n=("right", "sum"))
    )
    low, high = wilson(table["n"], table["n_responses"], level=study.config.level)
    table = table.assign(accuracy=table["n"] / table["n_responses"], low=low, high=high)
    return [
        {str(k): v for k, v in row.items()}
        for row in table.drop(columns="n").to_dict("records")
    ]


def _gap_curves(study: Analysed) -> list[dict[str, Any]]:
    """Psychometric curves; descriptive, all answers of a condition together."""
    rows = []
    for condition in study.conditions:
        part = study.responses.loc[study.responses["condition"] == condition]
        part = part.loc[part["activation_gap"].notna()]
        curve = fit_psychometric(
            part["activation_gap"].to_numpy(dtype=np.float64),
            part["is_correct"].to_numpy(dtype=np.float64),
        )
        if curve is not None and curve.is_converged:
            rows.append({"condition": condition, **curve._asdict()})
    return rows


def _trend(study: Analysed) -> list[dict[str, Any]]:
    """Accuracy in the later half of a session's main trials minus the earlier half."""
    responses = study.responses
    order = responses.groupby("session_id")["trial_index"].rank(method="first")
    n = responses.groupby("session_id")["trial_index"].transform("size")
    half = pd.Series(np.where(order > n / 2, LATE, EARLY), index=responses.index)
    rows = []
    for condition in ("all", *study.conditions):
        part = responses.assign(half=half)
        if condition != "all":
            part = part.loc[part["condition"] == condition]
        counts = count_crossed(part.assign(condition=part["half"]), [LATE, EARLY])
        if not counts.n_responses.any(axis=(1, 2)).all():
            continue
        found = two_way_robust_difference(counts, LATE, EARLY)
        interval = None
        if found.variance.is_usable:
            error, df, level = (
                found.variance.standard_error,
                found.variance.df,
                study.config.level,
            )
            ends = student_t(found.value, error, df, level=level)
            interval = Interval(*ends, level, TWO_WAY_ROBUST, BOTH)._asdict()
        rows.append(
            {
                "condition": condition,
                "early": float(counts.accuracy()[1]),
                "late": float(counts.accuracy()[0]),
                "value": found.value,
                "interval": interval,
                "p": found.p,
                "n_responses": len(part),
                "reason": None if interval else "Too little varies for an interval.",
            }
        )
    return rows


def _first_block(study: Analysed) -> list[dict[str, Any]]:
    """Each person's first block alone: nothing can have carried over from another."""
    blocks = study.responses["block_index"].astype("float64")
    first = blocks.groupby(study.responses["session_id"]).transform("min")
    part = study.responses.loc[blocks == first]
    if part.empty or blocks.nunique() < 2:
        return []
    return _accuracies(study, part)


def layer_of(feature_id: str) -> str:
    """The layer in a feature's name: what stands before the first ":" or "|"."""
    return re.split(r"[:|]", feature_id, maxsplit=1)[0]


def _by_layer(study: Analysed) -> list[dict[str, Any]]:
    """Accuracy per condition and layer; empty where all features are of one layer."""
    features = study.responses["feature_id"]
    layers = features.map({name: layer_of(name) for name in features.unique()})
    if layers.nunique() < 2:
        return []
    return [
        {"layer": layer, **row}
        for layer, part in study.responses.groupby(layers, sort=True)
        for row in _accuracies(study, part)
    ]


def _accuracies(study: Analysed, part: pd.DataFrame) -> list[dict[str, Any]]:
    """Accuracy of each condition among some of the responses, two-way robust."""
    counts = count_crossed(part, study.conditions)
    rows = []
    for k, condition in enumerate(study.conditions):
        asked = counts.n_responses[k]
        if not asked.any():
            continue
        influence = influence_on_accuracy(counts.n_correct[k], asked)
        variance = two_way_variance(influence, asked)
        value, interval = float(counts.accuracy()[k]), None
        if variance.is_usable:
            error, level = variance.standard_error, study.config.level
            ends = student_t(value, error, variance.df, level=level)
            ends = max(ends[0], 0.0), min(ends[1], 1.0)
            interval = Interval(*ends, level, TWO_WAY_ROBUST, BOTH)._asdict()
        rows.append(
            {
                "condition": condition,
                "value": value,
                "interval": interval,
                "n_responses": int(asked.sum()),
                "n_participants": int(asked.any(axis=1).sum()),
                "n_features": int(asked.any(axis=0).sum()),
                "reason": None if interval else "Too little varies for an interval.",
            }
        )
    return rows
