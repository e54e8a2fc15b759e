"""How long people took, times nobody can answer in left out and counted."""

import math
from typing import Any

import numpy as np
import pandas as pd

from analysis.analysed import Analysed
from analysis.crossed import CrossedCounts
from analysis.estimates import TWO_WAY_ROBUST
from analysis.intervals import BOTH, FloatArray, Interval, student_t
from analysis.response_time import (
    CUT_MS,
    N_MAD,
    QUANTILES,
    accuracy_by_speed,
    flag_times,
)
from analysis.sections.log_normal import log_normal_fit
from analysis.sections.rows import mean_over_people
from analysis.two_way import influence_on_accuracy, two_way_variance


def compute(study: Analysed) -> dict[str, Any]:
    """Flags, geometric means per condition, ratios, accuracy by speed.

    Returns:
        cut_ms, n_mad, n_flagged (flag -> responses), conditions, ratios (geometric mean
        time of the first over the second condition), fit (see `log_normal_fit`),
        by_speed.
    """
    flags = flag_times(study.responses)
    used = study.responses.loc[flags == ""]
    counts = {flag: int((flags == flag).sum()) for flag in _FLAGS}
    return {
        "cut_ms": CUT_MS,
        "n_mad": N_MAD,
        "n_used": len(used),
        "n_flagged": counts,
        "conditions": _conditions(study, used),
        "ratios": _ratios(study, used),
        "fit": log_normal_fit(used, study),
        "by_speed": accuracy_by_speed(used).to_dict("records") if len(used) else [],
    }


_FLAGS = ("missing", "too_fast", "too_slow")


def _conditions(study: Analysed, used: pd.DataFrame) -> list[dict[str, Any]]:
    rows = []
    for condition in study.conditions:
        part = used.loc[used["condition"] == condition]
        right = part.loc[part["is_correct"].astype(bool)]
        for answers, chosen in (("all", part), ("right", right)):
            if chosen.empty:
                continue
            logs = np.log(chosen["rt_ms"]).groupby(chosen["participant_id"]).mean()
            row = mean_over_people(logs.to_numpy(), level=study.config.level)
            quantiles = chosen["rt_ms"].quantile(list(QUANTILES))
            rows.append(
                {
                    "condition": condition,
                    "answers": answers,
                    "n_responses": len(chosen),
                    **_exponentiated(row),
                    "quantiles_ms": [float(q) for q in quantiles],
                }
            )
    return rows


def _exponentiated(row: dict[str, Any]) -> dict[str, Any]:
    interval = row["interval"]
    if interval is not None:
        ends = {end: math.exp(interval[end]) for end in ("low", "high")}
        interval = {**interval, **ends}
    return {**row, "value": math.exp(row["value"]), "interval": interval}


def _ratios(study: Analysed, used: pd.DataFrame) -> list[dict[str, Any]]:
    """Contrasts of log times by the two-way robust t, as ratios of times."""
    if used.empty:
        return []
    sums, asked = _log_sums(study.counts, used)
    rows = []
    for first, second in study.family.among(study.counts):
        a, b = (study.counts.conditions.index(c) for c in (first, second))
        if not (asked[a].any() and asked[b].any()):
            continue
        influence = influence_on_accuracy(sums[a], asked[a])
        influence = influence - influence_on_accuracy(sums[b], asked[b])
        variance = two_way_variance(influence, asked[a] + asked[b])
        value = _mean_of_people(sums[a], asked[a]) - _mean_of_people(sums[b], asked[b])
        interval = None
        if variance.is_usable:
            error, level = variance.standard_error, study.config.level
            low, high = student_t(value, error, variance.df, level=level)
            ends = math.exp(low), math.exp(high)
            interval = Interval(*ends, level, TWO_WAY_ROBUST, BOTH)._asdict()
        rows.append(
            {
                "first": first,
                "second": second,
                "value": math.exp(value),
                "interval": interval,
                "reason": None
                if interval
                else "Too few participants or features, or no variation.",
            }
        )
    return rows


def _log_sums(
    counts: CrossedCounts, used: pd.DataFrame
) -> tuple[FloatArray, FloatArray]:
    """(K, P, F) sums of log times and numbers of times."""
    place = (
        pd.Categorical(used["condition"], categories=counts.conditions).codes,
        pd.Categorical(used["participant_id"], categories=counts.participant_ids).codes,
        pd.Categorical(used["feature_id"], categories=counts.feature_ids).codes,
    )
    sums, asked = np.zeros_like(counts.n_responses), np.zeros_like(counts.n_responses)
    np.add.at(sums, place, np.log(used["rt_ms"].to_numpy(dtype=np.float64)))
    np.add.at(asked, place, 1.0)
    return sums, asked


def _mean_of_people(sums: FloatArray, asked: FloatArray) -> float:
    n = asked.sum(axis=1)
    return float((sums.sum(axis=1)[n > 0] / n[n > 0]).mean())
