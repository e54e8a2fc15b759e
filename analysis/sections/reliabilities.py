"""How well feature scores would come out again, and the ceiling that follows."""

from typing import Any

import numpy as np
import pandas as pd

from analysis.agreement import krippendorff_alpha
from analysis.analysed import Analysed
from analysis.crossed import CrossedCounts, count_crossed
from analysis.intervals import FloatArray
from analysis.reliability import ceiling, intraclass_correlation, split_half
from analysis.sections.rows import section_rng

INCOMPLETE = (
    "Not every participant saw every feature in this condition, so there is no "
    "intraclass correlation."
)
UNDEFINED = "Undefined: too few features or participants, or scores that do not vary."
REPEATED = ("participant_id", "condition", "feature_id", "query_pair_id")


def compute(study: Analysed) -> dict[str, Any]:
    """Split half, intraclass correlation, alpha per condition; repeated trials.

    Returns:
        conditions (rows), repeats (n_pairs, agreement over all conditions).
    """
    rows = []
    for k, condition in enumerate(study.counts.conditions):
        right, asked = study.counts.n_correct[k], study.counts.n_responses[k]
        if not asked.any():
            continue
        rng = section_rng(study.config.rng_seed, "split_half", k)
        half = split_half(right, asked, rng=rng)
        icc, reason = _icc2k(right, asked)
        rows.append(
            {
                "condition": condition,
                "split_half": half.correlation,
                "reliability": half.reliability,
                "n_splits": half.n_splits,
                "is_exhaustive": half.is_exhaustive,
                "ceiling": ceiling(half.reliability),
                "reason": UNDEFINED if np.isnan(half.reliability) else None,
                "icc2k": icc,
                "icc_reason": reason,
                "alpha": _alpha(study.responses, condition),
            }
        )
    return {"conditions": rows, "repeats": _repeats(study)}


def _icc2k(right: FloatArray, asked: FloatArray) -> tuple[float, str | None]:
    people, features = asked.any(axis=1), asked.any(axis=0)
    table, n = right[people][:, features], asked[people][:, features]
    if (n == 0).any() or min(n.shape) < 2:
        return float("nan"), INCOMPLETE
    found = intraclass_correlation((table / n).T).icc2k
    return found, UNDEFINED if np.isnan(found) else None


def _alpha(responses: pd.DataFrame, condition: str) -> float:
    """Agreement of people on being right, over the query pairs of a condition."""
    counts = by_query_pair(responses, [condition])
    asked = counts.n_responses[0]
    if not asked.any():
        return float("nan")
    codes = np.full(asked.shape, np.nan)
    np.divide(counts.n_correct[0], asked, out=codes, where=asked > 0)
    if not ((asked > 0).sum(axis=0) >= 2).any():
        return float("nan")
    return krippendorff_alpha(np.round(codes))


def by_query_pair(responses: pd.DataFrame, conditions: list[str]) -> CrossedCounts:
    """Counts of people crossed with query pairs in the place of features."""
    pairs = responses["query_pair_id"].fillna(responses["feature_id"])
    return count_crossed(responses.assign(feature_id=pairs), conditions)


def _repeats(study: Analysed) -> dict[str, Any]:
    """How often a repeated trial is answered as the first time."""
    trials = study.export.trials
    kept = set(study.responses["session_id"])
    is_repeat = (trials["trial_kind"] == "repeat") & trials["is_answered"]
    repeats = trials.loc[is_repeat & trials["session_id"].isin(kept)]
    first = study.responses.drop_duplicates(list(REPEATED))
    both = repeats.merge(first, on=list(REPEATED), suffixes=("_again", ""))
    same = both["is_correct_again"].astype(bool) == both["is_correct"].astype(bool)
    return {
        "n_pairs": len(both),
        "agreement": float(same.mean()) if len(both) else float("nan"),
    }
