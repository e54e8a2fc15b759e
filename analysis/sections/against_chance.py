"""Every feature against chance, every condition against the base rate of its pairs."""

from typing import Any

from analysis.analysed import Analysed
from analysis.chance import (
    CHANCE,
    conditions_against_base_rates,
    features_against_chance,
)
from analysis.intervals import BOTH, NOTHING_NEW


def compute(study: Analysed) -> dict[str, Any]:
    """Exact tests and Bayes factors per feature; differences to the base rates.

    Returns:
        features (one row each per condition), conditions (features above chance),
        base_rates, and what each generalizes to.
    """
    features: list[Any] = []
    base_rates: list[Any] = []
    if not study.responses.empty:
        features = features_against_chance(study.responses).to_dict("records")
        base_rates = conditions_against_base_rates(
            study.responses, study.conditions, level=study.config.level
        ).to_dict("records")
    return {
        "features": features,
        "features_generalize_to": NOTHING_NEW,
        "conditions": _above_chance(study, features),
        "base_rates": base_rates,
        "base_rates_generalize_to": BOTH,
    }


def _above_chance(study: Analysed, features: list[Any]) -> list[dict[str, Any]]:
    """How many features of each condition beat one half, false discoveries limited."""
    alpha = 1 - study.config.level
    found = []
    for condition in study.conditions:
        own = [row for row in features if row["condition"] == condition]
        beaten = [
            row
            for row in own
            if row["p_benjamini_hochberg"] < alpha and row["accuracy"] > CHANCE
        ]
        counts = {"n_features": len(own), "n_above_chance": len(beaten)}
        found += [{"condition": condition, **counts}] if own else []
    return found
