"""What simple machines would have chosen, and how people fare where these fail."""

from typing import Any

import pandas as pd

from analysis.analysed import Analysed
from analysis.estimates import TWO_WAY_ROBUST
from analysis.intervals import BOTH, NEW_FEATURES, Interval, student_t
from analysis.machines import (
    RIGHT,
    TIED,
    WRONG,
    PeopleWhere,
    accuracy_over_features,
    consistency_with_people,
    machine_score,
    people_where,
    with_machine,
)
from analysis.mixed.design import COVARIATES, build_design
from analysis.mixed.errors import MixedFitError
from analysis.mixed.fit import FitConfig, fit_mixed
from analysis.sections.consistency import MIN_COMMON
from analysis.sections.rows import mean_over_people

NO_ANSWERS = (
    "The export holds no answers of machines, so nothing is said of similarity, "
    "luminance or other simple choices on these trials."
)
FIT_UP_TO = 20_000
"""Responses up to which each machine gets a fit of its own."""

FEATURE_T = "feature_t"
COVARIATE = "machine_is_right"


def compute(study: Analysed) -> dict[str, Any]:
    """Machines on the trials people answered.

    Returns:
        reason (None where there are answers of machines), conditions (a row per method
        and condition: the machine's accuracy, that of people where it is right and
        where it is wrong, error consistency), fits (a row per method: log-odds of a
        right answer that go with the machine being right, in the primary fit).
    """
    answers = study.export.machine_answers
    if answers is None or answers.empty or study.responses.empty:
        return {"reason": NO_ANSWERS, "conditions": [], "fits": []}
    rows, fits = [], []
    for method in sorted(answers["method"].unique()):
        joined = with_machine(study.responses, answers, method)
        for condition in study.conditions:
            part = joined.loc[joined["condition"] == condition]
            if len(part):
                rows.append(_row(study, part, method, condition))
        fits.append({"method": method, **_fit(study, joined)})
    return {"reason": None, "conditions": rows, "fits": fits}


def _row(
    study: Analysed, part: pd.DataFrame, method: str, condition: str
) -> dict[str, Any]:
    level = study.config.level
    over_features = mean_over_people(accuracy_over_features(part), level=level)
    kappa = consistency_with_people(part, min_common=MIN_COMMON, conditions=[condition])
    return {
        "method": method,
        "condition": condition,
        "n_responses": len(part),
        "n_tied": int((part["machine"] == TIED).sum()),
        "n_features": over_features["n_participants"],
        "machine": {
            "value": over_features["value"],
            "interval": _for_features(over_features["interval"]),
            "reason": over_features["reason"] and "Too few features, or all alike.",
        },
        "people_where_right": _people(people_where(part, condition, RIGHT), level),
        "people_where_wrong": _people(people_where(part, condition, WRONG), level),
        "error_consistency": mean_over_people(kappa, level=level),
    }


def _for_features(interval: dict[str, Any] | None) -> dict[str, Any] | None:
    """An interval over units that are features, cut at the ends of the scale."""
    if interval is None:
        return None
    ends = {"low": max(interval["low"], 0.0), "high": min(interval["high"], 1.0)}
    named = {"method": FEATURE_T, "generalizes_to": NEW_FEATURES}
    return {**interval, **ends, **named}


def _people(found: PeopleWhere, level: float) -> dict[str, Any]:
    row: dict[str, Any] = {
        "value": found.accuracy,
        "n_responses": found.n_responses,
        "interval": None,
        "reason": "Too few responses, or nothing varied.",
    }
    if found.variance is None or not found.variance.is_usable:
        return row
    error, df = found.variance.standard_error, found.variance.df
    low, high = student_t(found.accuracy, error, df, level=level)
    ends = max(low, 0.0), min(high, 1.0)
    interval = Interval(*ends, level, TWO_WAY_ROBUST, BOTH)
    return {**row, "interval": interval._asdict(), "reason": None}


def _fit(study: Analysed, joined: pd.DataFrame) -> dict[str, Any]:
    """The primary fit with the machine's answer among its covariates."""
    none = {"value": None, "interval": None, "status": None}
    if len(joined) > FIT_UP_TO:
        return {**none, "reason": f"Not fitted beyond {FIT_UP_TO:,} responses."}
    rows = joined.assign(**{COVARIATE: machine_score(joined)})
    try:
        design = build_design(rows, covariates=(*COVARIATES, COVARIATE))
    except MixedFitError as fault:
        return {**none, "reason": f"There is no fit: {fault}"}
    names = design.problem.fixed_names
    if COVARIATE not in names:
        rule = next(term.rule for term in design.dropped if term.term == COVARIATE)
        return {**none, "reason": f"Whether it is right is {rule}: no fit."}
    fit = fit_mixed(design.problem, FitConfig(second_engine_up_to=0))
    if not fit.is_usable:
        return {**none, "status": fit.status, "reason": fit.reason}
    place = names.index(COVARIATE)
    value, error = fit.parameters.coefficients[place], fit.standard_errors[place]
    n = min(rows["participant_id"].nunique(), rows["feature_id"].nunique())
    level = study.config.level
    low, high = student_t(float(value), float(error), n - 1, level=level)
    interval = Interval(low, high, level, "mixed_logistic_t", BOTH)
    found = {"value": float(value), "interval": interval._asdict()}
    return {**found, "status": fit.status, "reason": fit.reason}
