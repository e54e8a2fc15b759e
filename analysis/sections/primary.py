"""The primary fit, its confirmatory contrasts, and which differences are negligible."""

import math
from typing import Any

from analysis.analysed import Analysed
from analysis.bayes_factors import PRIOR_SD, savage_dickey
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
from analysis.preregistration import MIXED


def compute(study: Analysed) -> dict[str, Any]:
    """Fit once; contrasts and equivalence are read off the same fit.

    Returns:
        fit: see `fit_facts`, or None with the reason beside it. contrasts: one row per
        planned contrast, see `family_table`. equivalence: see `equivalence_table`.
        prior_sd: of the Bayes factors, log-odds. generalizes_to: of every interval
        here.
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
        "contrasts": _contrasts(study, found),
        "equivalence": _equivalence(study, found),
        "prior_sd": PRIOR_SD,
        "generalizes_to": BOTH,
    }


def plan_of(study: Analysed) -> ConfirmatoryPlan:
    """What the fit is asked."""
    config, written = study.config, study.preregistration
    fit = FitConfig(second_engine_up_to=config.second_engine_up_to)
    family = study.family
    if written is None:
        return ConfirmatoryPlan(
            reference=family.reference,
            contrasts=family.others,
            level=config.level,
            rng_seed=config.rng_seed,
            fit=fit,
        )
    return ConfirmatoryPlan(
        reference=family.reference,
        contrasts=family.others,
        stratum=written.confirmatory_stratum or ConfirmatoryPlan().stratum,
        level=written.level,
        correction=written.correction,
        n_refits=written.n_refits,
        rng_seed=written.rng_seed,
        fit=fit,
    )


def _contrasts(study: Analysed, found: Confirmatory) -> list[dict[str, Any]]:
    """The contrasts, marked where a preregistration makes this fit the test."""
    written = study.preregistration
    is_written = written is not None and written.model == MIXED
    if written is not None and written.confirmatory_stratum and found.design.strata:
        is_written &= written.confirmatory_stratum in found.design.strata
    table = found.contrasts
    marked = table.assign(
        is_preregistered=table["is_confirmatory"] & is_written,
        bf10=[
            savage_dickey(value, error) if error > 0 else math.nan
            for value, error in zip(
                table["log_odds"], table["standard_error"], strict=True
            )
        ],
    )
    rows: list[Any] = marked.to_dict("records")
    return rows


def _equivalence(study: Analysed, found: Confirmatory) -> list[dict[str, Any]]:
    if not found.fit.is_usable or found.contrasts.empty:
        return []
    rows: list[Any] = equivalence_table(found.contrasts, **_bound(study)).to_dict(
        "records"
    )
    return rows


def _bound(study: Analysed) -> dict[str, float]:
    """The preregistered bound of equivalence, where there is one."""
    written = study.preregistration
    return {"bound": written.equivalence_bound} if written else {}
