"""Whether people err on the same query pairs, within and between conditions."""

from typing import Any

import numpy as np

from analysis.agreement import pairwise_consistency
from analysis.analysed import Analysed
from analysis.bootstrap import draw_weights
from analysis.crossed import CrossedCounts, count_crossed
from analysis.estimates import PARTICIPANT_BOOTSTRAP
from analysis.intervals import NEW_PARTICIPANTS, FloatArray, Interval, percentile_ends
from analysis.sections.reliabilities import by_query_pair
from analysis.sections.rows import section_rng

MIN_COMMON = 4
"""Query pairs that two people must share for a kappa."""

N_RESAMPLES = 1_000
MAX_PEOPLE = 400
"""Participants compared with each other; of more, this many are drawn."""

QUERY_PAIRS, FEATURES = "query pairs", "features"
TOO_FEW = (
    f"No two participants share {MIN_COMMON} query pairs or {MIN_COMMON} features in "
    "this condition."
)


def compute(study: Analysed) -> dict[str, Any]:
    """Mean error consistency over pairs of people per condition.

    Trials are the same where they ask about the same query pair. Where nobody shares
    query pairs, as in designs that give each person others, features stand in for
    them, and `over` says so.

    Returns:
        min_common, max_people (compared), conditions (rows: value, interval, n_pairs,
        over).

    Source: Geirhos, Meding & Wichmann (2020), NeurIPS.
    """
    rows = []
    for number, condition in enumerate(study.conditions):
        counts = by_query_pair(study.responses, [condition])
        if not counts.n_responses.any():
            continue
        rng = section_rng(study.config.rng_seed, "error_consistency", number)
        chosen = _some(counts.n_responses.shape[1], rng)
        kappa, over = _kappa(counts, chosen), QUERY_PAIRS
        if np.isnan(kappa).all():
            kappa = _kappa(count_crossed(study.responses, [condition]), chosen)
            over = FEATURES
        row = _row(kappa, study, rng)
        rows.append({"condition": condition, "over": over, **row})
    return {"min_common": MIN_COMMON, "max_people": MAX_PEOPLE, "conditions": rows}


def _kappa(counts: CrossedCounts, chosen: FloatArray | slice) -> FloatArray:
    """(P, P) error consistency of the chosen people; NaN where too little is shared.

    Who answered one unit several times is right where most of the answers are.
    """
    asked = np.minimum(counts.n_responses[0], 1)
    right = np.where(counts.n_correct[0] * 2 > counts.n_responses[0], 1.0, 0.0)
    return pairwise_consistency(
        right[chosen], asked[chosen], min_common=MIN_COMMON
    ).kappa


def _some(n: int, rng: np.random.Generator) -> FloatArray | slice:
    if n <= MAX_PEOPLE:
        return slice(None)
    return np.sort(rng.permutation(n)[:MAX_PEOPLE])


def _row(
    kappa: FloatArray, study: Analysed, rng: np.random.Generator
) -> dict[str, Any]:
    known = ~np.isnan(kappa)
    n_pairs = int(known.sum()) // 2
    if n_pairs == 0:
        none = {"value": float("nan"), "interval": None, "n_pairs": 0}
        return {**none, "n_participants": len(kappa), "reason": TOO_FEW}
    filled = np.where(known, kappa, 0.0)
    weights = draw_weights(rng, len(kappa), N_RESAMPLES)
    above = ((weights @ filled) * weights).sum(axis=1)
    n = ((weights @ known.astype(np.float64)) * weights).sum(axis=1)
    means = np.divide(above, n, out=np.full(len(n), np.nan), where=n > 0)
    ends = percentile_ends(means, level=study.config.level)
    level = study.config.level
    interval = ends and Interval(*ends, level, PARTICIPANT_BOOTSTRAP, NEW_PARTICIPANTS)
    return {
        "value": float(kappa[known].mean()),
        "interval": interval._asdict() if interval else None,
        "n_pairs": n_pairs,
        "n_participants": len(kappa),
        "reason": None if interval else "Too few pairs in the resamples.",
    }
