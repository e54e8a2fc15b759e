"""How precisely a plan measures a difference between two conditions, by formula."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import pandas as pd
from scipy import stats
from scipy.special import expit, logit

from analysis.errors import ConfigError
from analysis.power.components import StudyPlan, VarianceComponents

DETECTABLE = float(stats.norm.ppf(0.80) + stats.norm.ppf(0.975))
"""Standard errors that a difference must have for 80 % power at two-sided .05."""


class Precision(NamedTuple):
    """What a plan can tell apart."""

    standard_error: float
    """Of a difference of two conditions, log-odds."""

    detectable_log_odds: float
    """Smallest difference found with 80 % power at two-sided .05."""

    detectable_difference: float
    """The same below the base accuracy, 0 to 1."""

    half_width: float
    """Of the 95 % interval in accuracy, below the base accuracy, 0 to 1."""

    share_of_features: float
    """Of the variance that is due to features, 0 to 1."""


def precision(plan: StudyPlan, components: VarianceComponents) -> Precision:
    """Precision of a difference of two conditions within people and features.

    Main effects of people and features cancel. One variance p (1 - p) stands for all
    responses, so the formula is an approximation; see `error_rates`.

    Source: sum of the variance components of a crossed design as in Westfall, Kenny &
        Judd (2014), J. Exp. Psychol. Gen. 143, 2020-2045.
    """
    return _precision(
        components,
        plan.n_participants,
        plan.n_features,
        plan.n_responses_per_condition,
    )


def endless_participants(n_features: int, components: VarianceComponents) -> Precision:
    """Precision that no number of participants can better."""
    return _precision(components, math.inf, n_features, math.inf)


def _precision(
    components: VarianceComponents,
    n_participants: float,
    n_features: float,
    n_responses: float,
) -> Precision:
    base = components.base_accuracy
    parts = (
        components.feature_condition**2 / n_features,
        components.participant_condition**2 / n_participants,
        1 / (n_responses * base * (1 - base)),
    )
    error = math.sqrt(2 * sum(parts))
    return Precision(
        standard_error=error,
        detectable_log_odds=DETECTABLE * error,
        detectable_difference=points_below(base, DETECTABLE * error),
        half_width=points_below(base, float(stats.norm.ppf(0.975)) * error),
        share_of_features=parts[0] / sum(parts),
    )


def points_below(base: float, log_odds: float) -> float:
    """Accuracy lost when the log-odds of a base accuracy fall, 0 to 1."""
    return base - float(expit(logit(base) - log_odds))


def analytic_power(
    standard_error: float, effect: float, *, alpha: float = 0.05
) -> float:
    """Chance that a two-sided z test finds an effect, 0 to 1."""
    end = float(stats.norm.ppf(1 - alpha / 2))
    z = effect / standard_error
    return float(stats.norm.sf(end - z) + stats.norm.cdf(-end - z))


def precision_table(
    plans: Sequence[StudyPlan], components: VarianceComponents
) -> pd.DataFrame:
    """One row per plan: its sizes and its `Precision`."""
    rows = [
        {
            "n_participants": plan.n_participants,
            "n_features": plan.n_features,
            "n_conditions": plan.n_conditions,
            "n_trials": plan.trials_per_person,
            "stratum_share": plan.stratum_share,
            **precision(plan, components)._asdict(),
        }
        for plan in plans
    ]
    return pd.DataFrame(rows)


def plans_around(
    base: StudyPlan, n_participants: Sequence[int], n_features: Sequence[int]
) -> list[StudyPlan]:
    """Every combination of sizes; trials per person at most the number of features."""
    return [
        replace(
            base,
            n_participants=people,
            n_features=features,
            n_trials=base.n_trials and min(base.n_trials, features),
        )
        for people, features in itertools.product(n_participants, n_features)
    ]


def cheapest_plan(
    plans: Sequence[StudyPlan], components: VarianceComponents, *, target: float
) -> StudyPlan | None:
    """The plan with the fewest responses that detects a difference; None if none does.

    Args:
        target: difference of accuracies to detect, 0 to 1.
    """
    if not 0 < target < 1:
        raise ConfigError(f"target must lie between 0 and 1; got {target}")
    enough = [
        plan
        for plan in plans
        if precision(plan, components).detectable_difference <= target
    ]
    return min(
        enough,
        key=lambda plan: (
            plan.n_participants * plan.trials_per_person,
            plan.n_features,
        ),
        default=None,
    )
