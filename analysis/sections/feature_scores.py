"""Scores of single features: raw, shrunken, and between conditions."""

from typing import Any

import numpy as np
from scipy import stats

from analysis.analysed import Analysed
from analysis.intervals import NOTHING_NEW, FloatArray
from analysis.reliability import (
    ceiling,
    disattenuated,
    feature_scores,
    pearson,
    split_half,
)
from analysis.sections.rows import section_rng
from analysis.shrinkage import shrink_scores

SHRUNKEN = "beta_binomial_shrinkage"


def compute(study: Analysed) -> dict[str, Any]:
    """Shrunken scores, and how the scores of two conditions go together.

    Returns:
        scores (one row per condition and feature), spread (per condition: SD of true
        scores), correlations (headline condition with others).
    """
    scores: list[dict[str, Any]] = []
    spread = []
    for k, condition in enumerate(study.counts.conditions):
        rows, summary = _condition(study, k, condition)
        scores += rows
        spread += [summary] if rows else []
    return {
        "scores": scores,
        "spread": spread,
        "correlations": _correlations(study),
    }


def _condition(
    study: Analysed, k: int, condition: str
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    right = study.counts.n_correct[k].sum(axis=0)
    asked = study.counts.n_responses[k].sum(axis=0)
    used = np.flatnonzero(asked)
    shrunken = shrink_scores(right, asked, level=study.config.level)
    rows = []
    for f in used:
        row: dict[str, Any] = {
            "condition": condition,
            "feature_id": study.counts.feature_ids[f],
            "n_correct": int(right[f]),
            "n_responses": int(asked[f]),
            "accuracy": float(right[f] / asked[f]),
            "shrunken": None,
            "interval": None,
        }
        if shrunken is not None:
            row["shrunken"] = float(shrunken.value[f])
            row["interval"] = {
                "low": float(shrunken.low[f]),
                "high": float(shrunken.high[f]),
                "level": study.config.level,
                "method": SHRUNKEN,
                "generalizes_to": NOTHING_NEW,
            }
        rows.append(row)
    summary = {
        "condition": condition,
        "n_features": len(used),
        "mean": shrunken.mean if shrunken else None,
        "sd": shrunken.sd if shrunken else None,
    }
    return rows, summary


def _correlations(study: Analysed) -> list[dict[str, Any]]:
    """Rank and disattenuated correlation of feature scores with the reference's."""
    names = list(study.counts.conditions)
    reference = study.family.reference
    if reference not in names:
        return []
    a = names.index(reference)
    rows = []
    for b, other in enumerate(names):
        if b == a:
            continue
        one, two = feature_scores(study.counts, a), feature_scores(study.counts, b)
        reliabilities = [_reliability(study, k) for k in (a, b)]
        rows.append(
            {
                "first": reference,
                "second": other,
                "n_features": int((~np.isnan(one) & ~np.isnan(two)).sum()),
                "spearman": _spearman(one, two),
                "pearson": pearson(one, two),
                "reliability_first": reliabilities[0],
                "reliability_second": reliabilities[1],
                "ceiling": ceiling(max(reliabilities[0], 0) * max(reliabilities[1], 0)),
                "disattenuated": disattenuated(pearson(one, two), *reliabilities),
            }
        )
    return rows


def _reliability(study: Analysed, k: int) -> float:
    rng = section_rng(study.config.rng_seed, "split_half", k)
    counts = study.counts
    return split_half(counts.n_correct[k], counts.n_responses[k], rng=rng).reliability


def _spearman(one: FloatArray, two: FloatArray) -> float:
    is_known = ~(np.isnan(one) | np.isnan(two))
    if is_known.sum() < 3:
        return float("nan")
    return pearson(stats.rankdata(one[is_known]), stats.rankdata(two[is_known]))
