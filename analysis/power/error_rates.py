"""How often tests err and intervals miss, over many simulated studies."""

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import logit

from analysis.confirmatory import ConfirmatoryPlan, analyse_confirmatory
from analysis.crossed import CrossedCounts, count_crossed
from analysis.hypotheses import paired_differences, two_way_robust_difference
from analysis.intervals import student_t
from analysis.mixed.fit import FitConfig
from analysis.mixed.marginal import mean_expit
from analysis.paired_tests import min_f, paired_t
from analysis.power.components import (
    REFERENCE,
    StudyPlan,
    VarianceComponents,
    condition_names,
    simulate_responses,
)
from analysis.two_way import influence_on_accuracy, two_way_variance

NAIVE = ("trial_chi2", "participant_t")
"""Tests that take features as fixed; shown for comparison."""

ALPHA = 0.05


def run_once(
    plan: StudyPlan,
    components: VarianceComponents,
    rng: np.random.Generator,
    *,
    effect: float = 0.0,
) -> dict[str, float]:
    """Every test and interval of the first contrast on one simulated study.

    Returns:
        `p/METHOD`: two-sided p. `covers/METHOD`: 1 where the 95 % interval holds the
        population value, else 0. NaN where a method printed nothing.
    """
    responses = simulate_responses(plan, components, rng, effect=effect)
    conditions = condition_names(plan.n_conditions)
    counts = count_crossed(responses, conditions)
    second = conditions[1]
    means = _population(components, effect)
    people = paired_t(
        paired_differences(counts, REFERENCE, second, over="participants")
    )
    features = paired_t(paired_differences(counts, REFERENCE, second, over="features"))
    robust = two_way_robust_difference(counts, REFERENCE, second)
    return {
        "p/trial_chi2": _chi2_p(counts),
        "p/participant_t": people.p,
        "p/feature_t_paired": features.p,
        "p/min_f_prime": min_f(people, features).p,
        "p/two_way_robust_t": robust.p,
        "covers/two_way_robust_difference": _covers(
            student_t(robust.value, robust.variance.standard_error, robust.variance.df),
            means[0] - means[1],
        ),
        "covers/two_way_robust_accuracy": _accuracy_covered(counts, means[0]),
        **_primary(responses, second, effect, means[0] - means[1]),
    }


def run_many(
    plan: StudyPlan,
    components: VarianceComponents,
    *,
    n_runs: int,
    rng_seed: int,
    effect: float = 0.0,
) -> Iterator[dict[str, float]]:
    """One result of `run_once` after another, each from its own random stream."""
    for run in range(n_runs):
        rng = np.random.default_rng([rng_seed, run])
        yield run_once(plan, components, rng, effect=effect)


def summarize(runs: list[dict[str, float]]) -> pd.DataFrame:
    """Rates of rejection and coverage with their Monte-Carlo error.

    Returns:
        One row per method: kind ("rejected" or "covered"), method, is_naive, n_runs,
        n_undefined, rate (0 to 1), standard_error.
    """
    rows = []
    table = pd.DataFrame(runs)
    for name in table.columns:
        kind, method = str(name).split("/")
        values = table[name].dropna()
        hits = values < ALPHA if kind == "p" else values == 1
        rate = float(hits.mean()) if len(values) else math.nan
        rows.append(
            {
                "kind": "rejected" if kind == "p" else "covered",
                "method": method,
                "is_naive": method in NAIVE,
                "n_runs": len(table),
                "n_undefined": len(table) - len(values),
                "rate": rate,
                "standard_error": math.sqrt(rate * (1 - rate) / max(len(values), 1)),
            }
        )
    return pd.DataFrame(rows)


def _primary(
    responses: pd.DataFrame, second: str, effect: float, difference: float
) -> dict[str, float]:
    fit_config = FitConfig(second_engine_up_to=0)
    found = analyse_confirmatory(
        responses, ConfirmatoryPlan(contrasts=(second,), fit=fit_config)
    )
    row = found.contrasts.iloc[0]
    points = row["difference_low"], row["difference_high"]
    return {
        "p/primary_fit": float(row["p"]),
        "covers/primary_fit_log_odds": _covers((row["low"], row["high"]), effect),
        "covers/primary_fit_difference": _covers(points, difference),
    }


def _population(components: VarianceComponents, effect: float) -> tuple[float, float]:
    eta = float(logit(components.base_accuracy)) - np.array([0.0, effect])
    first, second = mean_expit(eta, components.total_sd)
    return float(first), float(second)


def _accuracy_covered(counts: CrossedCounts, truth: float) -> float:
    right, asked = counts.n_correct[0], counts.n_responses[0]
    variance = two_way_variance(influence_on_accuracy(right, asked), asked)
    if not variance.is_usable:
        return math.nan
    ends = student_t(float(counts.accuracy()[0]), variance.standard_error, variance.df)
    return _covers(ends, truth)


def _covers(ends: tuple[float, float], truth: float) -> float:
    if math.isnan(ends[0]) or math.isnan(ends[1]):
        return math.nan
    return float(ends[0] <= truth <= ends[1])


def _chi2_p(counts: CrossedCounts) -> float:
    right = counts.n_correct[:2].sum(axis=(1, 2))
    wrong = counts.n_responses[:2].sum(axis=(1, 2)) - right
    if min(right.sum(), wrong.sum()) == 0:
        return math.nan
    found = stats.chi2_contingency(np.array([right, wrong]), correction=False)
    return float(found.pvalue)
