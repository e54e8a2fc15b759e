"""Every feature against chance, every condition against the base rate of its pairs."""

from typing import Any

from analysis.analysed import Analysed
from analysis.chance import conditions_against_base_rates, features_against_chance
from analysis.intervals import BOTH, NOTHING_NEW


def compute(study: Analysed) -> dict[str, Any]:
    """Exact tests and Bayes factors per feature; differences to the base rates."""
    if study.responses.empty:
        features, base_rates = [], []
    else:
        features = features_against_chance(study.responses).to_dict("records")
        base_rates = conditions_against_base_rates(
            study.responses, study.conditions, level=study.config.level
        ).to_dict("records")
    return {
        "features": features,
        "features_generalize_to": NOTHING_NEW,
        "base_rates": base_rates,
        "base_rates_generalize_to": BOTH,
    }
