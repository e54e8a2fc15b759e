"""The logarithm of response times in one mixed fit with people and features crossed."""

import math
from typing import Any

import numpy as np
import pandas as pd

from analysis.analysed import Analysed
from analysis.intervals import BOTH, FloatArray, Interval, student_t
from analysis.mixed.design import FEATURES, PEOPLE, PrimaryDesign, build_design
from analysis.mixed.errors import MixedFitError
from analysis.mixed.gaussian import GaussianFit, fit_gaussian

FIT_UP_TO = 20_000
"""Responses up to which the fit is made: it takes seconds per 10,000."""

METHOD = "mixed_log_normal_t"


def log_normal_fit(used: pd.DataFrame, study: Analysed) -> dict[str, Any]:
    """Ratios of times from a mixed fit of their logarithm, terms as in the primary fit.

    Args:
        used: responses with a time that counts; columns as in `build_design`, rt_ms.

    Returns:
        reason (a sentence where there is no fit), ratios (time of the reference
        condition over each other one, pairs of all strata together, for new people and
        new features), sds (term -> SD of the log time), residual_sd, n_responses.
    """
    none: dict[str, Any] = {"ratios": [], "sds": {}, "residual_sd": None}
    none |= {"n_responses": len(used), "reason": None}
    if len(used) > FIT_UP_TO:
        return {**none, "reason": f"Not fitted beyond {FIT_UP_TO:,} responses."}
    together = used.assign(stratum="all")
    try:
        design = build_design(together, reference=study.family.reference)
        outcome = np.log(_as_fitted(together)["rt_ms"].to_numpy(dtype=np.float64))
        fit = fit_gaussian(outcome, design.problem.fixed, design.problem.groups)
    except MixedFitError as error:
        return {**none, "reason": f"There is no fit of times: {error}"}
    if not fit.has_converged:
        return {**none, "reason": f"The fit of times did not converge: {fit.warning}"}
    found = {"sds": dict(fit.sds), "residual_sd": fit.residual_sd}
    return {**none, **found, "ratios": _ratios(design, fit, study)}


def _as_fitted(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that `build_design` keeps: those with a panel."""
    return rows.loc[rows["condition"] != "none"]


def _ratios(
    design: PrimaryDesign, fit: GaussianFit, study: Analysed
) -> list[dict[str, Any]]:
    family, level = study.family, study.config.level
    groups = design.problem.groups
    df = min(int(groups[name].max()) for name in (PEOPLE, FEATURES))
    rows = []
    for other in (c for c in family.others if c in design.conditions[1:]):
        weights: FloatArray = -design.coefficients_of(other)
        value = float(weights @ fit.coefficients)
        error = math.sqrt(weights @ fit.covariance @ weights)
        low, high = student_t(value, error, df, level=level)
        interval = Interval(math.exp(low), math.exp(high), level, METHOD, BOTH)
        rows.append(
            {
                "first": family.reference,
                "second": other,
                "value": math.exp(value),
                "interval": interval._asdict(),
                "df": df,
            }
        )
    return rows
