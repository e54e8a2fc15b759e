"""Every test of a difference between two conditions, old labs' choices included."""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.config import AnalysisConfig
from analysis.crossed import CrossedCounts, count_crossed
from analysis.estimates import TWO_WAY_ROBUST
from analysis.hypotheses import (
    SignFlips,
    paired_differences,
    sign_flips,
    two_way_robust_difference,
)
from analysis.intervals import (
    BOTH,
    NEW_FEATURES,
    NEW_PARTICIPANTS,
    FloatArray,
    Interval,
    percentile_ends,
    student_t,
)
from analysis.paired_tests import PairedT, min_f, paired_t, wilcoxon
from analysis.validation.cells import PARTICIPANT_T
from analysis.validation.entry import Entry
from analysis.validation.resampling import bootstrap_detail, bootstraps

FEATURE_T = "feature_t"


class Contrast(NamedTuple):
    """The main trials of two conditions."""

    name: str
    first: str
    second: str
    responses: pd.DataFrame
    config: AnalysisConfig

    def entry(self, quantity: str, value: float, **more: object) -> Entry:
        """An entry about the first condition minus the second."""
        return Entry(
            name=f"{self.name}/{quantity}",
            value=value,
            n_responses=len(self.responses),
            n_participants=self.responses["participant_id"].nunique(),
            n_features=self.responses["feature_id"].nunique(),
            **more,  # type: ignore[arg-type]
        )

    def rng(self, use: int) -> np.random.Generator:
        """A random stream of its own, whatever else is computed."""
        return np.random.default_rng([self.config.rng_seed, use])


UNIT_COLUMN = "batch_block"
"""Experiment II of Borowski et al. (2021): which unit a feature's name stands for."""


def contrast_entries(contrast: Contrast) -> list[Entry]:
    """All numbers of one contrast that are no regression."""
    counts = count_crossed(contrast.responses, [contrast.first, contrast.second])
    return [
        *_difference(contrast, counts),
        *_paired(contrast, counts),
        *_over_units(contrast, counts),
        *_resampled(contrast, counts),
        *_time_ratio(contrast),
    ]


MEAN_DIFFERENCE = (
    "Mean over people of each one's share right in the first condition, minus the same "
    "in the second"
)


def _difference(contrast: Contrast, counts: CrossedCounts) -> Iterator[Entry]:
    found = two_way_robust_difference(counts, contrast.first, contrast.second)
    known: dict[str, Any] = {}
    if found.variance.is_usable:
        error, df = found.variance.standard_error, found.variance.df
        ends = student_t(found.value, error, df, level=contrast.config.level)
        interval = Interval(*ends, contrast.config.level, TWO_WAY_ROBUST, BOTH)
        known = {"standard_error": error, "df": df, "statistic": found.t}
        known |= {"interval": interval}
    yield contrast.entry(
        "difference",
        found.value,
        p=found.p,
        unit="share_difference",
        detail=f"{MEAN_DIFFERENCE}; two-way cluster-robust variance (each part times "
        "g / (g - 1) for g clusters), t with min(people, features) - 1 degrees of "
        "freedom.",
        **known,
    )


def _paired(contrast: Contrast, counts: CrossedCounts) -> Iterator[Entry]:
    found, rng = {}, contrast.rng(5)
    for over in ("participants", "features"):
        differences = paired_differences(
            counts, contrast.first, contrast.second, over=over
        )
        found[over] = paired_t(differences, level=contrast.config.level)
        yield from _tests(contrast, differences, found[over], over, rng, "5")
    joined = "people and features"
    yield _min_f(contrast, "min_f", found["participants"], found["features"], joined)


def _over_units(contrast: Contrast, counts: CrossedCounts) -> Iterator[Entry]:
    """The tests over features again, where one name stands for several units."""
    rows = contrast.responses
    if UNIT_COLUMN not in rows or rows[UNIT_COLUMN].isna().any():
        return
    units = rows["feature_id"] + "|" + rows[UNIT_COLUMN]
    crossed = count_crossed(rows.assign(feature_id=units), counts.conditions)
    first, second = counts.conditions
    differences = paired_differences(crossed, first, second, over="features")
    over_units = paired_t(differences, level=contrast.config.level)
    yield from _tests(contrast, differences, over_units, "units", contrast.rng(6), "6")
    people = paired_differences(counts, first, second, over="participants")
    over_people = paired_t(people, level=contrast.config.level)
    joined = "people and units"
    yield _min_f(contrast, "min_f_over_units", over_people, over_units, joined)


OVER = {
    "participants": (PARTICIPANT_T, NEW_PARTICIPANTS),
    "features": (FEATURE_T, NEW_FEATURES),
    "units": ("unit_t", NEW_FEATURES),
}
"""What is paired -> method and generalization of its t interval."""


def _tests(
    contrast: Contrast,
    differences: FloatArray,
    t: PairedT,
    over: str,
    rng: np.random.Generator,
    stream: str,
) -> Iterator[Entry]:
    n, level = len(differences), contrast.config.level
    unit = " (features with their batch_block)" if over == "units" else ""
    known: dict[str, Any] = {}
    if not math.isnan(t.p):
        known["interval"] = Interval(t.low, t.high, level, *OVER[over])
        known |= {"standard_error": _sem(differences)}
        known |= {"statistic": t.t, "df": t.df}
    yield contrast.entry(
        f"t_over_{over}",
        t.mean,
        unit="share_difference",
        p=t.p,
        detail=f"Mean over {n} {over}{unit} of the share right in the first condition "
        f"minus that in the second; paired t (ddof 1), t = {t.t:.4f}, df = {t.df}.",
        **known,
    )
    ranks = wilcoxon(differences)
    yield contrast.entry(
        f"wilcoxon_over_{over}",
        ranks.statistic,
        unit="W",
        statistic=ranks.statistic,
        p=ranks.p,
        detail=f"Smaller rank sum W of the {n - ranks.n_zero} differences over {over}"
        f"{unit} that are not 0; {ranks.n_zero} differences of 0 were dropped. p by "
        "scipy's method auto: exact up to 50 differences without ties, all sign "
        "changes up to 13 with ties, else normal without continuity correction.",
    )
    flips = sign_flips(differences, n_flips=contrast.config.n_flips, rng=rng)
    yield contrast.entry(
        f"sign_flips_over_{over}",
        flips.mean,
        unit="share_difference",
        p=flips.p,
        detail=f"Value: mean of the {n} differences over {over}{unit}. "
        f"{_flips_detail(flips, f'[{contrast.config.rng_seed}, {stream}]')}",
    )


def _sem(differences: FloatArray) -> float:
    return float(differences.std(ddof=1)) / math.sqrt(len(differences))


def _flips_detail(flips: SignFlips, seed: str) -> str:
    how = "exact" if flips.is_exact else f"drawn, seed {seed}, each count plus one"
    return (
        "p: share of sign flips whose mean is at least as far from 0, "
        f"{flips.n_at_least_as_extreme} of {flips.n_flips} flips, {how}."
    )


def _min_f(
    contrast: Contrast, name: str, people: PairedT, others: PairedT, joined: str
) -> Entry:
    found = min_f(people, others)
    return contrast.entry(
        name,
        found.f,
        unit="F",
        statistic=found.f,
        df=found.df_2,
        p=found.p,
        detail=f"min F' = F1 F2 / (F1 + F2) of the two paired t tests, {joined} at "
        f"once; F(1, {found.df_2:.2f}), df is the second.",
    )


def _resampled(contrast: Contrast, counts: CrossedCounts) -> Iterator[Entry]:
    level = contrast.config.level
    value = float(counts.accuracy()[0] - counts.accuracy()[1])
    for method, kind, found in bootstraps(counts, contrast):
        ends = percentile_ends(found[:, 0] - found[:, 1], level=level)
        yield contrast.entry(
            f"difference_{method}",
            value,
            unit="share_difference",
            interval=ends and Interval(*ends, level, method, kind),
            detail=f"{MEAN_DIFFERENCE}; {bootstrap_detail(method, contrast)}",
        )


def _time_ratio(contrast: Contrast) -> Iterator[Entry]:
    """Geometric mean time of the first over that of the second, over people."""
    timed = contrast.responses.loc[contrast.responses["rt_ms"] > 0]
    logs = np.log(timed["rt_ms"]).groupby([timed["participant_id"], timed["condition"]])
    table = logs.mean().unstack()
    if not {contrast.first, contrast.second} <= set(table):
        return
    differences = (table[contrast.first] - table[contrast.second]).dropna().to_numpy()
    found = paired_t(differences, level=contrast.config.level)
    known: dict[str, Any] = {}
    if not math.isnan(found.p):
        ends = math.exp(found.low), math.exp(found.high)
        level = contrast.config.level
        known["interval"] = Interval(*ends, level, PARTICIPANT_T, NEW_PARTICIPANTS)
        known |= {"standard_error": _sem(differences)}
        known |= {"statistic": found.t, "df": found.df}
    yield contrast.entry(
        "time_ratio",
        math.exp(found.mean),
        unit="ratio",
        p=found.p,
        detail=f"Geometric mean over {len(differences)} people of each one's ratio of "
        "geometric mean times, first over second; standard error and paired t (ddof 1) "
        "of the log ratios.",
        **known,
    )
