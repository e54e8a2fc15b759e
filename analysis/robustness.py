"""The same contrast by every other sound test: rows of a specification plot."""

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from analysis.crossed import CrossedCounts
from analysis.hypotheses import (
    paired_differences,
    sign_flips,
    two_way_robust_difference,
)
from analysis.intervals import (
    BOTH,
    NEW_FEATURES,
    NEW_PARTICIPANTS,
    FloatArray,
    percentile_ends,
    student_t,
)
from analysis.paired_tests import min_f, paired_t
from analysis.regressions import logit_contrasts

POINTS, LOG_ODDS = "share_difference", "log_odds"


@dataclass(frozen=True, kw_only=True)
class Specification:
    """One way to estimate a contrast."""

    method: str
    value: float
    """First minus second."""

    generalizes_to: str
    unit: str = POINTS
    """`share_difference` (-1 to 1) or `log_odds`."""

    low: float = math.nan
    high: float = math.nan
    df: float = math.nan
    p: float = math.nan
    """Two-sided; NaN where the method has no test or is not defined here."""

    n_pairs: int = 0
    """Paired differences: participants or features with both conditions."""

    n_flips: int = 0
    """Sign flips compared."""

    is_exact: bool = False
    """Whether those were all there are."""

    warnings: str = ""
    """What the engine said."""


def specification_table(
    counts: CrossedCounts,
    responses: pd.DataFrame,
    first: str,
    second: str,
    *,
    two_way: FloatArray,
    n_flips: int,
    rng: np.random.Generator,
    level: float = 0.95,
) -> pd.DataFrame:
    """One contrast by all methods of the robustness set.

    Args:
        counts: the analysed responses, counted.
        responses: the same, one row each.
        two_way: (R, K) accuracies under the two-way bootstrap, as in `Resamples`.
        n_flips: sign flips drawn where not all can be enumerated.

    Returns:
        One row per method, with the fields of `Specification`, first and second.
    """
    found = [
        *_robust(counts, first, second, level),
        _bootstrapped(counts, first, second, two_way, level),
        *_paired(counts, first, second, n_flips, rng, level),
        *_logits(responses, first, second, level),
    ]
    return pd.DataFrame([asdict(each) for each in found]).assign(
        first=first, second=second
    )


def _robust(
    counts: CrossedCounts, first: str, second: str, level: float
) -> Iterator[Specification]:
    found = two_way_robust_difference(counts, first, second)
    ends = (math.nan, math.nan)
    if found.variance.is_usable:
        error, df = found.variance.standard_error, found.variance.df
        ends = student_t(found.value, error, df, level=level)
    yield Specification(
        method="two_way_cluster_robust_t",
        value=found.value,
        generalizes_to=BOTH,
        low=ends[0],
        high=ends[1],
        df=found.variance.df,
        p=found.p,
    )


def _bootstrapped(
    counts: CrossedCounts, first: str, second: str, two_way: FloatArray, level: float
) -> Specification:
    a, b = counts.conditions.index(first), counts.conditions.index(second)
    accuracy = counts.accuracy()
    ends = percentile_ends(two_way[:, a] - two_way[:, b], level=level)
    low, high = ends or (math.nan, math.nan)
    return Specification(
        method="two_way_bootstrap",
        value=float(accuracy[a] - accuracy[b]),
        generalizes_to=BOTH,
        low=low,
        high=high,
    )


def _paired(
    counts: CrossedCounts,
    first: str,
    second: str,
    n_flips: int,
    rng: np.random.Generator,
    level: float,
) -> Iterator[Specification]:
    tests = {}
    for over, kind in (("participants", NEW_PARTICIPANTS), ("features", NEW_FEATURES)):
        differences = paired_differences(counts, first, second, over=over)
        test = tests[over] = paired_t(differences, level=level)
        yield Specification(
            method=f"paired_t_over_{over}",
            value=test.mean,
            generalizes_to=kind,
            low=test.low,
            high=test.high,
            df=test.df,
            p=test.p,
            n_pairs=len(differences),
        )
        flips = sign_flips(differences, n_flips=n_flips, rng=rng)
        yield Specification(
            method=f"sign_flips_over_{over}",
            value=flips.mean,
            generalizes_to=kind,
            p=flips.p,
            n_pairs=flips.n_differences,
            n_flips=flips.n_flips,
            is_exact=flips.is_exact,
        )
    joined = min_f(tests["participants"], tests["features"])
    yield Specification(
        method="min_f_prime",
        value=tests["participants"].mean,
        generalizes_to=BOTH,
        df=joined.df_2,
        p=joined.p,
    )


def _logits(
    responses: pd.DataFrame, first: str, second: str, level: float
) -> Iterator[Specification]:
    for found in logit_contrasts(responses, first, second):
        ends = (math.nan, math.nan)
        if found.is_usable:
            error, df = found.standard_error, found.df
            ends = student_t(found.log_odds, error, df, level=level)
        yield Specification(
            method=found.method,
            value=found.log_odds,
            unit=LOG_ODDS,
            generalizes_to=found.generalizes_to,
            low=ends[0],
            high=ends[1],
            df=found.df,
            p=found.p,
            warnings=" ".join(found.warnings),
        )
