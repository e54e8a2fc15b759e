"""The mixed logistic fits of a contrast, with and without the condition's own terms."""

import math
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from analysis.intervals import BOTH, Interval, student_t
from analysis.mixed.engine import MixedProblem
from analysis.mixed.errors import MixedFitError
from analysis.mixed.fit import FitConfig, fit_mixed
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
    value, interval, p = math.nan, None, None
    status = f"Status {fit.status}."
    if fit.is_usable:
        value = float(fit.parameters.coefficients[1])
        spread = float(fit.standard_errors[1])
        level = contrast.config.level
        df = int(min(problem.groups[g].max() for g in (PEOPLE, FEATURES)))
        low, high = student_t(value, spread, df, level=level)
        interval = Interval(low, high, level, "mixed_logistic_t", BOTH)
        status += f" Standard error {spread:.6f}, t with {df} degrees of freedom."
    if fit.reason:
        status += f" {fit.reason}"
    yield contrast.entry(
        name, value, unit="log_odds", interval=interval, p=p, detail=status
    )
    if not fit.is_usable:
        return
    yield contrast.entry(
        f"{name}/log_likelihood", fit.log_likelihood, unit="log_likelihood"
    )
    deviations = fit.parameters[1]
    for term, deviation in zip(fit.random_names, deviations, strict=True):
        yield contrast.entry(f"{name}/sd_{term}", float(deviation), unit="log_odds")


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
