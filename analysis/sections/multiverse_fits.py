"""The primary fit without exclusions, and with each rule left out."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.analysed import Analysed
from analysis.confirmatory import ConfirmatoryPlan, analyse_confirmatory
from analysis.mixed.errors import MixedFitError
from analysis.mixed.fit import FitConfig
from analysis.sections.primary import plan_of

COLUMNS = ("first", "second", "stratum", "log_odds", "low", "high", "p")


def fits_without_rules(
    study: Analysed, removed: Mapping[str, frozenset[str]], always: frozenset[str]
) -> list[dict[str, Any]]:
    """The planned contrasts by the primary fit under smaller sets of rules.

    Args:
        removed: optional rule -> sessions that it removes.
        always: sessions that rules remove which always apply.

    Returns:
        One row per set and planned contrast: left_out (rules), n_responses and status
        of the fit, and log_odds, low, high, p (NaN unless the fit is usable). Sets that
        remove the same sessions are fitted once. Empty beyond
        `multiverse_fits_up_to` responses.
    """
    trials = study.export.trials
    main = trials.loc[(trials["trial_kind"] == "main") & trials["is_answered"]]
    if len(main) > study.config.multiverse_fits_up_to:
        return []
    plan = replace(plan_of(study), n_refits=0, fit=FitConfig(second_engine_up_to=0))
    names = tuple(removed)
    found: dict[frozenset[str], list[dict[str, Any]]] = {}
    rows = []
    for left_out in dict.fromkeys([(), names, *((name,) for name in names)]):
        used = (removed[name] for name in names if name not in left_out)
        out = always.union(*used)
        if out not in found:
            kept = main.loc[~main["session_id"].isin(list(out))]
            found[out] = _contrasts(kept.reset_index(drop=True), plan)
        rows += [{"left_out": list(left_out), **row} for row in found[out]]
    return rows


def _contrasts(responses: pd.DataFrame, plan: ConfirmatoryPlan) -> list[dict[str, Any]]:
    try:
        found = analyse_confirmatory(responses, plan)
    except MixedFitError:
        return []
    planned = found.contrasts.loc[found.contrasts["is_confirmatory"]]
    facts = {"n_responses": found.fit.n_responses, "status": found.fit.status}
    return [
        {**{column: row[column] for column in COLUMNS}, **facts}
        for row in planned.to_dict("records")
    ]
