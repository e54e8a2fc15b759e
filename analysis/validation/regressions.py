"""Logistic regressions of a contrast, as entries of a validation."""

import math
from collections.abc import Iterator

from analysis.intervals import Interval, student_t
from analysis.regressions import NO_REGRESSION, LogitContrast, logit_contrasts
from analysis.validation.contrasts import Contrast
from analysis.validation.entry import Entry

HOW = {
    "logit_clustered_participants": "Logistic regression with an intercept; sandwich "
    "errors clustered by people, times G / (G - 1) * (N - 1) / (N - 2) for G people "
    "and N responses.",
    "logit_clustered_both": "Logistic regression with an intercept; two-way sandwich "
    "errors, the people part plus the feature part minus the cell part, each times "
    "G / (G - 1) * (N - 1) / (N - 2) for its own G clusters and N responses.",
    "gee": "GEE with exchangeable answers within people; sandwich errors without a "
    "bias correction or small-sample factor.",
}
"""Method -> what it is."""


def regression_entries(contrast: Contrast) -> Iterator[Entry]:
    """Clustered logit and GEE of the first condition against the second."""
    found = logit_contrasts(contrast.responses, contrast.first, contrast.second)
    if not found:
        for name in HOW:
            yield contrast.entry(name, math.nan, unit="log_odds", detail=NO_REGRESSION)
    for each in found:
        yield _entry(contrast, each)


def _entry(contrast: Contrast, found: LogitContrast) -> Entry:
    level, error, df = contrast.config.level, found.standard_error, found.df
    if not found.is_usable:
        detail = f"{HOW[found.method]} Its variance is not positive: no error."
        return contrast.entry(
            found.method, found.log_odds, unit="log_odds", detail=detail
        )
    ends = student_t(found.log_odds, error, df, level=level)
    return contrast.entry(
        found.method,
        found.log_odds,
        unit="log_odds",
        interval=Interval(*ends, level, f"{found.method}_t", found.generalizes_to),
        standard_error=error,
        statistic=found.statistic,
        df=df,
        p=found.p,
        p_z=found.p_z,
        detail=f"{HOW[found.method]} Standard error {error:.6f}, t with {df} degrees "
        "of freedom; p_z by the normal distribution.",
    )
