"""Logistic regressions of two conditions that are blind to one side of the crossing."""

import math
import warnings
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from analysis.intervals import BOTH, NEW_PARTICIPANTS, FloatArray
from analysis.mixed.pattern import IntArray

GEE_UP_TO = 20_000
"""Responses up to which the GEE is run: its time grows by seconds per 1,000 people."""

NO_REGRESSION = (
    "A condition is all right or all wrong, or there is one participant or feature, so "
    "there is no logistic fit."
)


class LogitContrast(NamedTuple):
    """First condition minus second, in log-odds."""

    method: str
    log_odds: float
    standard_error: float
    df: int
    """Clusters of the scarcer kind that the method counts, minus one."""

    generalizes_to: str
    warnings: tuple[str, ...]
    """What the engine said."""

    @property
    def is_usable(self) -> bool:
        """Whether there are errors, intervals and p."""
        return math.isfinite(self.standard_error) and self.df >= 1

    @property
    def statistic(self) -> float:
        """Log-odds in standard errors; NaN without errors."""
        return self.log_odds / self.standard_error if self.is_usable else math.nan

    @property
    def p(self) -> float:
        """Two-sided, by t."""
        return float(2 * stats.t.sf(abs(self.statistic), self.df))

    @property
    def p_z(self) -> float:
        """Two-sided, by the normal distribution: what most programs print."""
        return float(2 * stats.norm.sf(abs(self.statistic)))


def logit_contrasts(
    responses: pd.DataFrame, first: str, second: str
) -> list[LogitContrast]:
    """Clustered logit and GEE of the first condition against the second.

    Args:
        responses: rows of both conditions; columns participant_id, feature_id,
            condition and is_correct.

    Returns:
        Clustered by people, clustered by both, GEE with exchangeable answers within
        people (up to `GEE_UP_TO` responses); empty where a condition is all right or
        all wrong, or with one participant or feature.

    Source: Liang & Zeger (1986), Biometrika 73, 13-22; Cameron, Gelbach & Miller
        (2011), J. Bus. Econ. Stat. 29, 238-249.
    """
    rows = responses.loc[responses["condition"].isin([first, second])]
    rows = rows.sort_values("participant_id", kind="stable")
    y = rows["is_correct"].to_numpy(dtype=np.float64)
    is_first = (rows["condition"] == first).to_numpy(dtype=np.float64)
    if len({(v, f) for v, f in zip(y, is_first, strict=True)}) < 4:
        return []
    if min(rows["participant_id"].nunique(), rows["feature_id"].nunique()) < 2:
        return []
    x: FloatArray = np.ones((len(y), 2))
    x[:, 1] = is_first
    people = np.unique(rows["participant_id"], return_inverse=True)[1]
    features = np.unique(rows["feature_id"], return_inverse=True)[1]
    both = np.column_stack([people, features])
    df = int(people.max()), int(min(people.max(), features.max()))
    by_people = _clustered_logit(y, x, people)
    by_both = _clustered_logit(y, x, both)
    found = [
        LogitContrast(
            "logit_clustered_participants",
            *by_people[:2],
            df[0],
            NEW_PARTICIPANTS,
            by_people[2],
        ),
        LogitContrast("logit_clustered_both", *by_both[:2], df[1], BOTH, by_both[2]),
    ]
    if len(y) <= GEE_UP_TO:
        gee = _gee(y, x, people)
        found.append(LogitContrast("gee", *gee[:2], df[0], NEW_PARTICIPANTS, gee[2]))
    return found


Fitted = tuple[float, float, tuple[str, ...]]


def _clustered_logit(y: FloatArray, x: FloatArray, groups: IntArray) -> Fitted:
    import statsmodels.api as sm

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        fit = sm.Logit(y, x).fit(
            disp=0, cov_type="cluster", cov_kwds={"groups": groups}
        )
    return float(fit.params[1]), _error(fit), _texts(said)


def _gee(y: FloatArray, x: FloatArray, people: IntArray) -> Fitted:
    import statsmodels.api as sm

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        fit = sm.GEE(
            y,
            x,
            groups=people,
            family=sm.families.Binomial(),
            cov_struct=sm.cov_struct.Exchangeable(),
        ).fit()
    return float(fit.params[1]), _error(fit), _texts(said)


def _error(fit: object) -> float:
    """NaN where the estimated variance is not positive."""
    variance = float(np.asarray(fit.cov_params())[1, 1])  # type: ignore[attr-defined]
    return math.sqrt(variance) if variance > 0 else math.nan


def _texts(said: list[warnings.WarningMessage]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(warning.message) for warning in said))
