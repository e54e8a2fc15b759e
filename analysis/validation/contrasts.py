"""Every test of a difference between two conditions, old labs' choices included."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.bootstrap import bootstrap_participants, bootstrap_two_way
from analysis.config import AnalysisConfig
from analysis.crossed import CrossedCounts, count_crossed
from analysis.estimates import (
    PARTICIPANT_BOOTSTRAP,
    TWO_WAY_BOOTSTRAP,
    TWO_WAY_ROBUST,
)
from analysis.hypotheses import (
    paired_differences,
    sign_flips,
    two_way_robust_difference,
)
from analysis.intervals import (
    BOTH,
    NEW_FEATURES,
    NEW_PARTICIPANTS,
    Interval,
    percentile_ends,
    student_t,
)
from analysis.paired_tests import min_f, paired_t, wilcoxon
from analysis.validation.cells import FEATURE_BOOTSTRAP, PARTICIPANT_T, turned
from analysis.validation.entry import Entry

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


def contrast_entries(contrast: Contrast) -> list[Entry]:
    """All numbers of one contrast."""
    counts = count_crossed(contrast.responses, [contrast.first, contrast.second])
    return [
        *_difference(contrast, counts),
        *_paired(contrast, counts),
        *_resampled(contrast, counts),
        *_time_ratio(contrast),
    ]


def _difference(contrast: Contrast, counts: CrossedCounts) -> Iterator[Entry]:
    found = two_way_robust_difference(counts, contrast.first, contrast.second)
    interval = None
    if found.variance.is_usable:
        error, df = found.variance.standard_error, found.variance.df
        ends = student_t(found.value, error, df, level=contrast.config.level)
        interval = Interval(*ends, contrast.config.level, TWO_WAY_ROBUST, BOTH)
    unit = "share_difference"
    yield contrast.entry(
        "difference", found.value, interval=interval, p=found.p, unit=unit
    )


def _paired(contrast: Contrast, counts: CrossedCounts) -> Iterator[Entry]:
    level, found = contrast.config.level, {}
    rng = np.random.default_rng([contrast.config.rng_seed, 5])
    for over, method, kind in (
        ("participants", PARTICIPANT_T, NEW_PARTICIPANTS),
        ("features", FEATURE_T, NEW_FEATURES),
    ):
        differences = paired_differences(
            counts, contrast.first, contrast.second, over=over
        )
        found[over] = t = paired_t(differences, level=level)
        interval = (
            None if math.isnan(t.p) else Interval(t.low, t.high, level, method, kind)
        )
        detail = f"{len(differences)} {over}, t = {t.t:.4f}, df = {t.df}."
        yield contrast.entry(
            f"t_over_{over}", t.mean, interval=interval, p=t.p, detail=detail
        )
        ranks = wilcoxon(differences)
        yield contrast.entry(
            f"wilcoxon_over_{over}",
            ranks.statistic,
            unit="W",
            p=ranks.p,
            detail=f"{ranks.n_zero} differences of 0 were dropped.",
        )
        flips = sign_flips(differences, n_flips=contrast.config.n_flips, rng=rng)
        how = "exact" if flips.is_exact else "drawn"
        detail = f"{flips.n_at_least_as_extreme} of {flips.n_flips} flips, {how}."
        yield contrast.entry(
            f"sign_flips_over_{over}", flips.mean, p=flips.p, detail=detail
        )
    joined = min_f(found["participants"], found["features"])
    detail = f"F'(1, {joined.df_2:.2f}), people and features at once."
    yield contrast.entry("min_f", joined.f, unit="F", p=joined.p, detail=detail)


def _resampled(contrast: Contrast, counts: CrossedCounts) -> Iterator[Entry]:
    n, level = contrast.config.n_resamples, contrast.config.level
    value = float(counts.accuracy()[0] - counts.accuracy()[1])

    def rng(use: int) -> np.random.Generator:
        return np.random.default_rng([contrast.config.rng_seed, use])

    for method, kind, found in (
        (
            PARTICIPANT_BOOTSTRAP,
            NEW_PARTICIPANTS,
            bootstrap_participants(counts, n_resamples=n, rng=rng(1)),
        ),
        (
            FEATURE_BOOTSTRAP,
            NEW_FEATURES,
            bootstrap_participants(turned(counts), n_resamples=n, rng=rng(3)),
        ),
        (
            TWO_WAY_BOOTSTRAP,
            BOTH,
            bootstrap_two_way(counts, n_resamples=n, rng=rng(2)),
        ),
    ):
        ends = percentile_ends(found[:, 0] - found[:, 1], level=level)
        interval = ends and Interval(*ends, level, method, kind)
        yield contrast.entry(f"difference_{method}", value, interval=interval)


def _time_ratio(contrast: Contrast) -> Iterator[Entry]:
    """Geometric mean time of the first over that of the second, over people."""
    timed = contrast.responses.loc[contrast.responses["rt_ms"] > 0]
    logs = np.log(timed["rt_ms"]).groupby([timed["participant_id"], timed["condition"]])
    table = logs.mean().unstack()
    if not {contrast.first, contrast.second} <= set(table):
        return
    differences = (table[contrast.first] - table[contrast.second]).dropna().to_numpy()
    found = paired_t(differences, level=contrast.config.level)
    interval = None
    if not math.isnan(found.p):
        ends = math.exp(found.low), math.exp(found.high)
        level = contrast.config.level
        interval = Interval(*ends, level, PARTICIPANT_T, NEW_PARTICIPANTS)
    yield contrast.entry(
        "time_ratio", math.exp(found.mean), unit="ratio", interval=interval, p=found.p
    )
