"""From crossed counts to estimates: accuracies, contrasts, confidence, features."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TypedDict

import numpy as np
import pandas as pd

from analysis.bootstrap import bootstrap_participants, bootstrap_two_way
from analysis.config import AnalysisConfig
from analysis.crossed import CrossedCounts, count_crossed
from analysis.estimates import (
    PARTICIPANT_BOOTSTRAP,
    TWO_WAY_BOOTSTRAP,
    Estimate,
    with_bootstrap,
    with_two_way_robust,
    with_wilson,
)
from analysis.family import Family
from analysis.hypotheses import two_way_robust_difference
from analysis.intervals import BOTH, NEW_PARTICIPANTS, FloatArray
from analysis.measures import accuracy_by
from analysis.multiplicity import adjust_family, benjamini_hochberg
from analysis.two_way import (
    influence_on_accuracy,
    influence_on_pooled_share,
    two_way_variance,
)

STREAMS = {"participants": 1, "two_way": 2, "specifications": 4}
"""Use of chance -> number of its random stream, so that uses do not disturb."""

"""Conditions the headline condition is compared with, in their planned order."""

FAMILY = "contrasts"
BESIDE = "contrasts_beside"
"""Contrasts that a preregistration does not name: exploratory."""


def random_stream(rng_seed: int, use: str) -> np.random.Generator:
    """The random source of one use."""
    return np.random.default_rng([rng_seed, STREAMS[use]])


class Resamples:
    """Both bootstraps of all conditions, drawn once and shared by every estimate."""

    def __init__(self, counts: CrossedCounts, config: AnalysisConfig) -> None:
        n = config.n_resamples
        if not counts.participant_ids:
            self.participants = self.two_way = np.full(
                (n, len(counts.conditions)), np.nan
            )
            return
        self.participants = bootstrap_participants(
            counts,
            n_resamples=n,
            rng=random_stream(config.rng_seed, "participants"),
        )  # (R, K)
        self.two_way = bootstrap_two_way(
            counts, n_resamples=n, rng=random_stream(config.rng_seed, "two_way")
        )  # (R, K)


def estimate_accuracies(
    counts: CrossedCounts, resamples: Resamples, config: AnalysisConfig
) -> list[Estimate]:
    """Accuracy of each condition with four intervals, the headline one first.

    Returns:
        Per condition: two-way robust, two-way bootstrap, participant bootstrap and
        Wilson. Conditions without a response are left out.
    """
    estimates = []
    for k, condition in enumerate(counts.conditions):
        if not counts.n_responses[k].any():
            continue
        base = _base_accuracy(counts, k)
        influence = influence_on_accuracy(counts.n_correct[k], counts.n_responses[k])
        variance = two_way_variance(influence, counts.n_responses[k])
        n_correct = float(counts.n_correct[k].sum())
        pooled = replace(base, value=n_correct / base.n_responses)
        four = [
            with_two_way_robust(base, variance, level=config.level),
            *_bootstraps(
                base, resamples.two_way[:, k], resamples.participants[:, k], config
            ),
            with_wilson(pooled, n_correct, level=config.level),
        ]
        estimates += [replace(e, condition=condition) for e in four]
    return estimates


def _base_accuracy(counts: CrossedCounts, k: int) -> Estimate:
    return Estimate(
        id=f"accuracy/{counts.conditions[k]}",
        quantity="accuracy",
        value=float(counts.accuracy()[k]),
        **_sizes(counts.n_responses[k]),
    )


class _Sizes(TypedDict):
    n_responses: int
    n_participants: int
    n_features: int


def _sizes(n_responses: FloatArray) -> _Sizes:
    """Responses, people and features behind a (P, F) table of counts."""
    return {
        "n_responses": int(n_responses.sum()),
        "n_participants": int(n_responses.any(axis=1).sum()),
        "n_features": int(n_responses.any(axis=0).sum()),
    }


def _bootstraps(
    base: Estimate,
    two_way: FloatArray,
    participants: FloatArray,
    config: AnalysisConfig,
) -> list[Estimate]:
    return [
        with_bootstrap(
            base,
            two_way,
            method=TWO_WAY_BOOTSTRAP,
            generalizes_to=BOTH,
            level=config.level,
        ),
        with_bootstrap(
            base,
            participants,
            method=PARTICIPANT_BOOTSTRAP,
            generalizes_to=NEW_PARTICIPANTS,
            level=config.level,
        ),
    ]


def estimate_contrasts(
    counts: CrossedCounts,
    family: Family,
    resamples: Resamples,
    config: AnalysisConfig,
) -> list[Estimate]:
    """Each contrast of the family by the robust t (Holm-adjusted) and both bootstraps.

    Returns:
        Per contrast: two-way robust, two-way bootstrap, participant bootstrap.
    """
    tested, beside = [], []
    for first, second in family.among(counts):
        a, b = counts.conditions.index(first), counts.conditions.index(second)
        difference = two_way_robust_difference(counts, first, second)
        base = Estimate(
            id=f"difference/{first}-{second}",
            quantity="difference",
            unit="share_difference",
            value=difference.value,
            contrast=(first, second),
            **_sizes(counts.n_responses[a] + counts.n_responses[b]),
        )
        robust = with_two_way_robust(
            base, difference.variance, level=config.level, limits=(-1.0, 1.0)
        )
        name = FAMILY if second in family.others else BESIDE
        tested.append(replace(robust, t=difference.t, p=difference.p, family=name))
        two_way = resamples.two_way[:, a] - resamples.two_way[:, b]
        people = resamples.participants[:, a] - resamples.participants[:, b]
        beside.append(_bootstraps(base, two_way, people, config))
    return [
        estimate
        for robust, others in zip(adjusted(tested, family), beside, strict=True)
        for estimate in (robust, *others)
    ]


def adjusted(tested: Sequence[Estimate], family: Family) -> list[Estimate]:
    """The tests with p adjusted as the family says, beside it Benjamini-Hochberg."""
    found = list(tested)
    in_family = partial(adjust_family, correction=family.correction)
    for name, adjust in ((FAMILY, in_family), (BESIDE, benjamini_hochberg)):
        places = [k for k, e in enumerate(tested) if e.family == name]
        p = adjust(np.array([tested[k].p for k in places], dtype=np.float64))
        for k, value in zip(places, p, strict=True):
            found[k] = replace(tested[k], p_adjusted=float(value))
    return found


def estimate_strata(
    responses: pd.DataFrame, conditions: Sequence[str], config: AnalysisConfig
) -> list[Estimate]:
    """Accuracy per condition and stratum with the two-way robust interval."""
    estimates = []
    for stratum, part in responses.groupby("stratum", sort=True):
        counts = count_crossed(part, conditions)
        for k, condition in enumerate(conditions):
            n_responses = counts.n_responses[k]
            if not n_responses.any():
                continue
            base = replace(
                _base_accuracy(counts, k),
                id=f"accuracy/{condition}/{stratum}",
                condition=condition,
                stratum=str(stratum),
            )
            influence = influence_on_accuracy(counts.n_correct[k], n_responses)
            variance = two_way_variance(influence, n_responses)
            estimates.append(with_two_way_robust(base, variance, level=config.level))
    return estimates


def estimate_confidence(
    responses: pd.DataFrame, config: AnalysisConfig
) -> list[Estimate]:
    """Share correct at each confidence level, all conditions together, pooled."""
    estimates = []
    rated = responses.loc[responses["confidence"].notna()]
    for level, part in rated.groupby("confidence", sort=True):
        counts = count_crossed(part.assign(condition="all"), ["all"])
        n_correct, n_responses = counts.n_correct[0], counts.n_responses[0]
        base = Estimate(
            id=f"accuracy_at_confidence/{level}",
            quantity="accuracy_at_confidence",
            value=float(n_correct.sum() / n_responses.sum()),
            confidence=int(str(level)),
            **_sizes(n_responses),
        )
        influence = influence_on_pooled_share(n_correct, n_responses)
        variance = two_way_variance(influence, n_responses)
        estimates.append(with_two_way_robust(base, variance, level=config.level))
    return estimates


def estimate_features(
    responses: pd.DataFrame, config: AnalysisConfig
) -> list[Estimate]:
    """Share correct per feature and condition, with the naive interval."""
    table = accuracy_by(responses, ["feature_id", "condition"])
    return [
        with_wilson(
            Estimate(
                id=f"feature_accuracy/{row['feature_id']}/{row['condition']}",
                quantity="feature_accuracy",
                value=row["accuracy"],
                condition=row["condition"],
                feature_id=row["feature_id"],
                n_responses=row["n_responses"],
                n_participants=row["n_participants"],
                n_features=1,
            ),
            row["n_correct"],
            level=config.level,
        )
        for row in table.to_dict("records")
    ]
