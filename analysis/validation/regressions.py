"""Logistic regressions of a contrast that are blind to one side of the crossing."""

import math
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.intervals import BOTH, NEW_PARTICIPANTS, Interval, student_t
from analysis.validation.contrasts import Contrast
from analysis.validation.entry import Entry

Array = npt.NDArray[Any]


def regression_entries(contrast: Contrast) -> Iterator[Entry]:
    """Clustered logit and GEE of the first condition against the second.

    Source: Liang & Zeger (1986), Biometrika 73, 13-22; Cameron, Gelbach & Miller
        (2011), J. Bus. Econ. Stat. 29, 238-249.
    """
    rows = contrast.responses.sort_values(["participant_id", "trial_index"])
    y = rows["is_correct"].to_numpy(dtype=np.float64)
    is_first = (rows["condition"] == contrast.first).to_numpy(dtype=np.float64)
    x = np.column_stack([np.ones(len(y)), is_first])
    people = np.unique(rows["participant_id"], return_inverse=True)[1]
    features = np.unique(rows["feature_id"], return_inverse=True)[1]
    cells = {(v, f) for v, f in zip(y, is_first, strict=True)}
    if len(cells) < 4:
        why = "A condition is all right or all wrong, so there is no logistic fit."
        for name in ("logit_clustered_participants", "logit_clustered_both", "gee"):
            yield contrast.entry(name, math.nan, unit="log_odds", detail=why)
        return
    for name, groups, kind in (
        ("logit_clustered_participants", people, NEW_PARTICIPANTS),
        ("logit_clustered_both", np.column_stack([people, features]), BOTH),
    ):
        value, error = _clustered_logit(y, x, groups)
        yield _entry(contrast, name, value, error, kind, _df(people, features, kind))
    value, error = _gee(y, x, people)
    df = _df(people, features, NEW_PARTICIPANTS)
    yield _entry(contrast, "gee", value, error, NEW_PARTICIPANTS, df)


def _df(people: Array, features: Array, kind: str) -> int:
    n = len(np.unique(people))
    return (n if kind == NEW_PARTICIPANTS else min(n, len(np.unique(features)))) - 1


def _clustered_logit(y: Array, x: Array, groups: Array) -> tuple[float, float]:
    import statsmodels.api as sm

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = sm.Logit(y, x).fit(
            disp=0, cov_type="cluster", cov_kwds={"groups": groups}
        )
    return float(fit.params[1]), float(fit.bse[1])


def _gee(y: Array, x: Array, people: Array) -> tuple[float, float]:
    import statsmodels.api as sm

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = sm.GEE(
            y,
            x,
            groups=people,
            family=sm.families.Binomial(),
            cov_struct=sm.cov_struct.Exchangeable(),
        ).fit()
    return float(fit.params[1]), float(fit.bse[1])


def _entry(
    contrast: Contrast, name: str, value: float, error: float, kind: str, df: int
) -> Entry:
    level = contrast.config.level
    interval = None
    if math.isfinite(error) and df >= 1:
        ends = student_t(value, error, df, level=level)
        interval = Interval(*ends, level, f"{name}_t", kind)
    detail = f"Standard error {error:.6f}, t with {df} degrees of freedom."
    return contrast.entry(
        name, value, unit="log_odds", interval=interval, detail=detail
    )
