"""The mixed logistic fits of a contrast, with and without the condition's own terms."""

import math
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from scipy import stats

from analysis.intervals import BOTH, Interval, student_t
from analysis.mixed.covariance import JOINT
from analysis.mixed.engine import MixedProblem
from analysis.mixed.errors import MixedFitError
from analysis.mixed.fit import FitConfig, MixedFit, fit_mixed
from analysis.mixed.pattern import IntArray
from analysis.validation.contrasts import Contrast
from analysis.validation.entry import Entry

PEOPLE, FEATURES = "participant_id", "feature_id"
OWN_TERMS: Mapping[str, tuple[str, ...]] = {
    "mixed_p_f": (),
    "mixed_p_f_fc": (FEATURES,),
    "mixed_p_f_pc": (PEOPLE,),
    "mixed_p_f_fc_pc": (FEATURES, PEOPLE),
}
"""Name of the fit -> what has a random term per condition besides its own."""

TOO_FEW = "There is no fit: at least 2 participants and 2 features are needed."


def mixed_entries(contrast: Contrast) -> Iterator[Entry]:
    """Log-odds of the first condition against the second, and the random terms.

    Each fit gives its contrast, its log likelihood and its standard deviations; where
    its status is not ok, none but the status.

    Source: Baayen, Davidson & Bates (2008), J. Mem. Lang. 59, 390-412.
    """
    rows = contrast.responses
    for name, per_condition in OWN_TERMS.items():
        if min(rows[PEOPLE].nunique(), rows[FEATURES].nunique()) < 2:
            yield contrast.entry(name, math.nan, unit="log_odds", detail=TOO_FEW)
            continue
        yield from _fit_entries(contrast, name, per_condition)


def _fit_entries(
    contrast: Contrast, name: str, per_condition: tuple[str, ...]
) -> Iterator[Entry]:
    problem = _problem(contrast, per_condition)
    try:
        fit = fit_mixed(problem, FitConfig(second_engine_up_to=0))
    except MixedFitError as error:
        yield contrast.entry(name, math.nan, unit="log_odds", detail=str(error))
        return
    status = f"Status {fit.status}."
    if fit.reason:
        status += f" {fit.reason}"
    if not fit.is_usable:
        yield contrast.entry(name, math.nan, unit="log_odds", detail=status)
        return
    df = int(min(problem.groups[g].max() for g in (PEOPLE, FEATURES)))
    yield _contrast_entry(contrast, name, fit, df, status)
    yield contrast.entry(
        f"{name}/log_likelihood",
        fit.log_likelihood,
        unit="log_likelihood",
        detail="Laplace approximation, of single responses.",
    )
    deviations = fit.parameters[1]
    for term, deviation in zip(fit.random_names, deviations, strict=True):
        yield contrast.entry(
            f"{name}/sd_{term}",
            float(deviation),
            unit="log_odds",
            detail="Standard deviation of a random intercept, by maximum likelihood.",
        )


def _contrast_entry(
    contrast: Contrast, name: str, fit: MixedFit, df: int, status: str
) -> Entry:
    value, error = fit.parameters.coefficients[1], fit.standard_errors[1]
    value, error, level = float(value), float(error), contrast.config.level
    low, high = student_t(value, error, df, level=level)
    return contrast.entry(
        name,
        value,
        unit="log_odds",
        interval=Interval(low, high, level, "mixed_logistic_t", BOTH),
        standard_error=error,
        statistic=value / error,
        df=df,
        p=float(2 * stats.t.sf(abs(value) / error, df)),
        p_z=float(2 * stats.norm.sf(abs(value) / error)),
        detail=f"{status} Log-odds by the Laplace approximation; {_errors(fit)}. "
        f"Standard error {error:.6f}, t with min(people, features) - 1 = {df} degrees "
        "of freedom; p_z by the normal distribution.",
    )


def _errors(fit: MixedFit) -> str:
    is_joint = fit.covariance is not None and fit.covariance.kind == JOINT
    return (
        "joint standard errors, the standard deviations counting as estimated"
        if is_joint
        else "standard errors with the standard deviations held"
    )


def _problem(contrast: Contrast, per_condition: tuple[str, ...]) -> MixedProblem:
    rows = contrast.responses
    is_first = (rows["condition"] == contrast.first).to_numpy(dtype=np.float64)
    groups = {g: _codes(rows[g]) for g in (PEOPLE, FEATURES)}
    for group in per_condition:
        names = rows[group].astype(str) + "|" + rows["condition"].astype(str)
        groups[f"{group}:condition"] = _codes(names)
    return MixedProblem(
        response=rows["is_correct"].to_numpy(dtype=np.float64),
        fixed=np.column_stack([np.ones(len(rows)), is_first]),
        fixed_names=("intercept", "first_condition"),
        groups=groups,
    )


def _codes(values: "pd.Series[str]") -> IntArray:
    codes: IntArray = np.unique(values.to_numpy(dtype=str), return_inverse=True)[1]
    return codes
