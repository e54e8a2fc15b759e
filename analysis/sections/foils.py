"""Foils: accentuations that must not help, tested for equality with the base rate."""

from typing import Any

from analysis.analysed import Analysed
from analysis.chance import BASE_RATES
from analysis.equivalence import two_one_sided
from analysis.family import FOILS
from analysis.hypotheses import two_way_robust_difference
from analysis.intervals import BOTH, Interval
from analysis.preregistration import Preregistration

TOST = "two_one_sided_tests"


def compute(study: Analysed) -> list[dict[str, Any]]:
    """Each foil minus the base rate, by two one-sided tests on the robust difference.

    Returns:
        One row per foil that was shown: condition, base_rate (`none`, else `seed_only`;
        None where neither was shown), difference, interval (of 1 - 2 alpha), p, bound,
        is_equivalent, reason where there is no test.
    """
    counts = study.counts
    shown = {
        condition
        for condition, n in zip(counts.conditions, counts.n_responses, strict=True)
        if n.any()
    }
    base = next((name for name in BASE_RATES if name in shown), None)
    return [_row(study, foil, base) for foil in FOILS if foil in shown]


def _row(study: Analysed, foil: str, base: str | None) -> dict[str, Any]:
    bound = (study.preregistration or Preregistration()).equivalence_bound
    row: dict[str, Any] = {"condition": foil, "base_rate": base, "bound": bound}
    row |= {"difference": None, "interval": None, "p": None, "is_equivalent": False}
    if base is None:
        return {**row, "reason": "No base rate (no panel, seed images) was shown."}
    found = two_way_robust_difference(study.counts, foil, base)
    row |= {"difference": found.value}
    if not found.variance.is_usable:
        return {**row, "reason": "Too few people or features, or nothing varied."}
    alpha = 1 - study.config.level
    error, df = found.variance.standard_error, found.variance.df
    ends = (-bound, bound)
    test = two_one_sided(found.value, error, df, bounds=ends, alpha=alpha)
    interval = Interval(test.low, test.high, 1 - 2 * alpha, TOST, BOTH)
    row |= {"interval": interval._asdict(), "p": test.p}
    return {**row, "is_equivalent": test.is_equivalent, "reason": None}
