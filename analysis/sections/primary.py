"""The primary fit, its confirmatory contrasts, and which differences are negligible."""

from typing import Any

from analysis.analysed import Analysed
from analysis.confirmatory import (
    Confirmatory,
    ConfirmatoryPlan,
    analyse_confirmatory,
    fit_facts,
)
from analysis.equivalence import equivalence_table
from analysis.intervals import BOTH
from analysis.mixed.errors import MixedFitError
from analysis.mixed.fit import FitConfig


def compute(study: Analysed) -> dict[str, Any]:
    """Fit once; contrasts and equivalence are read off the same fit.

    Returns:
        fit: see `fit_facts`, or None with the reason beside it. contrasts: one row per
        planned contrast, see `family_table`. equivalence: see `equivalence_table`.
        generalizes_to: of every interval here.
    """
    try:
        found = analyse_confirmatory(study.responses, plan_of(study))
    except MixedFitError as error:
        return {
            "fit": None,
            "reason": f"There is no primary fit: {error}",
            "contrasts": [],
            "equivalence": [],
            "generalizes_to": BOTH,
        }
    return {
        "fit": fit_facts(found),
        "reason": found.fit.reason,
        "contrasts": found.contrasts.to_dict("records"),
        "equivalence": _equivalence(found),
        "generalizes_to": BOTH,
    }


def plan_of(study: Analysed) -> ConfirmatoryPlan:
    """What the fit is asked."""
    config = study.config
    return ConfirmatoryPlan(
        level=config.level,
        rng_seed=config.rng_seed,
        fit=FitConfig(second_engine_up_to=config.second_engine_up_to),
    )


def _equivalence(found: Confirmatory) -> list[dict[str, Any]]:
    if not found.fit.is_usable or found.contrasts.empty:
        return []
    rows: list[Any] = equivalence_table(found.contrasts).to_dict("records")
    return rows
