"""Answers against chance, and against the base rate of the very same pairs."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.bayes_factors import beta_binomial_bayes_factor
from analysis.crossed import count_crossed
from analysis.hypotheses import two_way_robust_difference
from analysis.intervals import student_t
from analysis.measures import accuracy_by
from analysis.multiplicity import benjamini_hochberg, benjamini_yekutieli
from analysis.proportions import exact_binomial

CHANCE = 0.5
"""Share right of a guess between two options."""

BASE_RATES = ("none", "seed_only")
"""Conditions that show nothing of the feature."""


def features_against_chance(
    responses: pd.DataFrame, *, chance: float = CHANCE
) -> pd.DataFrame:
    """Exact binomial test and Bayes factor of every feature in every condition.

    Args:
        responses: analysed main responses; columns participant_id, feature_id,
            condition and is_correct.

    Returns:
        One row per feature and condition, as `accuracy_by` makes them, with p
        (two-sided), p_benjamini_hochberg and p_benjamini_yekutieli within the
        condition, bf10 and bf_plus_0. All of it holds for these people and these
        features only (`nothing_new`).
    """
    table = accuracy_by(responses, ["condition", "feature_id"])
    counts = list(
        zip(table["n_correct"].tolist(), table["n_responses"].tolist(), strict=True)
    )
    p = [exact_binomial(k, n, chance=chance).p_two_sided for k, n in counts]
    factors = [beta_binomial_bayes_factor(k, n, chance=chance) for k, n in counts]
    table = table.assign(
        p=np.array(p, dtype=np.float64),
        p_benjamini_hochberg=np.nan,
        p_benjamini_yekutieli=np.nan,
        bf10=[factor.bf10 for factor in factors],
        bf_plus_0=[factor.bf_plus_0 for factor in factors],
    )
    for places in table.groupby("condition").indices.values():
        family = table["p"].to_numpy()[places]
        rows = table.index[places]
        table.loc[rows, "p_benjamini_hochberg"] = benjamini_hochberg(family)
        table.loc[rows, "p_benjamini_yekutieli"] = benjamini_yekutieli(family)
    return table


def conditions_against_base_rates(
    responses: pd.DataFrame, conditions: Sequence[str], *, level: float = 0.95
) -> pd.DataFrame:
    """Each condition minus each base rate on the query pairs that both were shown with.

    Args:
        responses: analysed main responses; also query_pair_id.
        conditions: those compared, in order.

    Returns:
        One row per condition and base rate: condition, base_rate, n_pairs, difference
        (-1 to 1), low, high, df, p: two-way cluster-robust, so `both`. NaN where
        nothing varied or no pair is shared.
    """
    shown = responses.groupby("condition")["query_pair_id"].agg(set).to_dict()
    rows = []
    for base in (b for b in BASE_RATES if b in shown):
        for condition in (c for c in conditions if c in shown and c not in BASE_RATES):
            pairs = shown[condition] & shown[base]
            rows.append(
                {
                    "condition": condition,
                    "base_rate": base,
                    "n_pairs": len(pairs),
                    **_difference(responses, condition, base, pairs, level),
                }
            )
    return pd.DataFrame(rows, columns=BASE_RATE_COLUMNS)


BASE_RATE_COLUMNS = [
    "condition",
    "base_rate",
    "n_pairs",
    "difference",
    "low",
    "high",
    "df",
    "p",
]


def _difference(
    responses: pd.DataFrame, condition: str, base: str, pairs: set[str], level: float
) -> dict[str, float]:
    if not pairs:
        return dict.fromkeys(BASE_RATE_COLUMNS[3:], np.nan)
    rows = responses.loc[responses["query_pair_id"].isin(pairs)]
    found = two_way_robust_difference(
        count_crossed(rows, [condition, base]), condition, base
    )
    low = high = np.nan
    if found.variance.is_usable:
        error, df = found.variance.standard_error, found.variance.df
        low, high = student_t(found.value, error, df, level=level)
    return {
        "difference": found.value,
        "low": low,
        "high": high,
        "df": found.variance.df,
        "p": found.p,
    }
