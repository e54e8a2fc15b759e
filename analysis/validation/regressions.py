"""Logistic regressions of a contrast, as entries of a validation."""

import math
from collections.abc import Iterator

from analysis.intervals import Interval, student_t
from analysis.regressions import NO_REGRESSION, LogitContrast, logit_contrasts
from analysis.validation.contrasts import Contrast
from analysis.validation.entry import Entry

NAMES = ("logit_clustered_participants", "logit_clustered_both", "gee")


def regression_entries(contrast: Contrast) -> Iterator[Entry]:
    """Clustered logit and GEE of the first condition against the second."""
    found = logit_contrasts(contrast.responses, contrast.first, contrast.second)
    if not found:
        for name in NAMES:
            yield contrast.entry(name, math.nan, unit="log_odds", detail=NO_REGRESSION)
    for each in found:
        yield _entry(contrast, each)


def _entry(contrast: Contrast, found: LogitContrast) -> Entry:
    level, error, df = contrast.config.level, found.standard_error, found.df
    interval = None
    if math.isfinite(error) and df >= 1:
        ends = student_t(found.log_odds, error, df, level=level)
        interval = Interval(*ends, level, f"{found.method}_t", found.generalizes_to)
    return contrast.entry(
        found.method,
        found.log_odds,
        unit="log_odds",
        interval=interval,
        detail=f"Standard error {error:.6f}, t with {df} degrees of freedom.",
    )
