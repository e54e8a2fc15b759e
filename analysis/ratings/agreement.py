"""How far ratings rise with the network's response: Kendall's tau-b of each block."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import stats

from analysis.config import AnalysisConfig
from analysis.crossed import CrossedCounts
from analysis.estimates import (
    PARTICIPANT_BOOTSTRAP,
    TWO_WAY_BOOTSTRAP,
    Estimate,
    with_bootstrap,
    with_two_way_robust,
)
from analysis.estimation import BESIDE, FAMILY, Resamples, adjusted
from analysis.family import Family
from analysis.hypotheses import two_way_robust_difference
from analysis.intervals import BOTH, NEW_PARTICIPANTS, FloatArray
from analysis.two_way import influence_on_accuracy, two_way_variance

BLOCK = ["participant_id", "condition", "feature_id"]
AGREEMENT, DIFFERENCE = "agreement", "agreement_difference"
FEWEST = 3
"""Ratings that a block needs: of two, tau-b is one of -1, 0 and 1."""


def agreement_by_block(ratings: pd.DataFrame) -> pd.DataFrame:
    """Kendall's tau-b of ratings with the network's response.

    Args:
        ratings: one row per rating; the columns of `BLOCK`, rating (0 to 100) and
            activation_percentile (0 to 100) of the photograph.

    Returns:
        One row per block: the columns of `BLOCK`, n_ratings, tau (-1 to 1). tau is NaN
        where all ratings or all percentiles are alike, or fewer than `FEWEST` are
        known.

    Source: Kendall (1945), The treatment of ties in ranking problems, Biometrika 33.
    """
    rows = [
        (*names, len(part), _tau(part))
        for names, part in ratings.groupby(BLOCK, sort=True)
    ]
    return pd.DataFrame(rows, columns=[*BLOCK, "n_ratings", "tau"])


def _tau(block: pd.DataFrame) -> float:
    known = block[["rating", "activation_percentile"]].dropna().astype(float)
    if len(known) < FEWEST or (known.nunique() < 2).any():
        return math.nan
    return float(stats.kendalltau(*known.to_numpy().T, variant="b").statistic)


def crossed_agreement(blocks: pd.DataFrame, conditions: Sequence[str]) -> CrossedCounts:
    """The blocks with a tau, people crossed with features.

    `n_correct` holds sums of tau and `n_responses` numbers of blocks, so that an
    "accuracy" is a mean over people of each one's mean tau.
    """
    known = blocks.loc[blocks["tau"].notna() & blocks["condition"].isin(conditions)]
    people, features = (sorted(known[name].unique()) for name in (BLOCK[0], BLOCK[2]))
    place = (
        pd.Categorical(known["condition"], categories=list(conditions)).codes,
        pd.Categorical(known["participant_id"], categories=people).codes,
        pd.Categorical(known["feature_id"], categories=features).codes,
    )
    sums, counts = np.zeros((2, len(conditions), len(people), len(features)))
    np.add.at(sums, place, known["tau"].to_numpy(dtype=np.float64))
    np.add.at(counts, place, 1.0)
    return CrossedCounts(
        conditions=tuple(conditions),
        participant_ids=tuple(people),
        feature_ids=tuple(features),
        n_correct=sums,
        n_responses=counts,
    )


def estimate_agreement(
    counts: CrossedCounts, resamples: Resamples, config: AnalysisConfig
) -> list[Estimate]:
    """Mean tau of each condition: two-way robust, then both bootstraps.

    Args:
        counts: see `crossed_agreement`.
    """
    estimates = []
    for k, condition in enumerate(counts.conditions):
        blocks = counts.n_responses[k]
        if not blocks.any():
            continue
        name, value = f"{AGREEMENT}/{condition}", counts.accuracy()[k]
        base = replace(_base(name, AGREEMENT, value, blocks), condition=condition)
        influence = influence_on_accuracy(counts.n_correct[k], blocks)
        variance = two_way_variance(influence, blocks)
        estimates += [
            with_two_way_robust(base, variance, level=config.level, limits=(-1.0, 1.0)),
            *_bootstraps(
                base, resamples.two_way[:, k], resamples.participants[:, k], config
            ),
        ]
    return estimates


def estimate_differences(
    counts: CrossedCounts,
    family: Family,
    resamples: Resamples,
    config: AnalysisConfig,
) -> list[Estimate]:
    """The contrasts of mean tau, tested by two-way robust t, Holm-adjusted."""
    tested, beside = [], []
    for first, second in family.among(counts):
        a, b = counts.conditions.index(first), counts.conditions.index(second)
        found = two_way_robust_difference(counts, first, second)
        name = f"{DIFFERENCE}/{first}-{second}"
        blocks = counts.n_responses[a] + counts.n_responses[b]
        base = replace(
            _base(name, DIFFERENCE, found.value, blocks), contrast=(first, second)
        )
        robust = with_two_way_robust(
            base, found.variance, level=config.level, limits=(-2.0, 2.0)
        )
        family_of = FAMILY if second in family.others else BESIDE
        tested.append(replace(robust, t=found.t, p=found.p, family=family_of))
        two_way = resamples.two_way[:, a] - resamples.two_way[:, b]
        people = resamples.participants[:, a] - resamples.participants[:, b]
        beside.append(_bootstraps(base, two_way, people, config))
    return [
        estimate
        for robust, others in zip(adjusted(tested, family), beside, strict=True)
        for estimate in (robust, *others)
    ]


def _base(name: str, quantity: str, value: float, blocks: FloatArray) -> Estimate:
    """An estimate without an interval; its responses are blocks of ratings."""
    return Estimate(
        id=name,
        quantity=quantity,
        unit="tau" if quantity == AGREEMENT else "tau_difference",
        value=float(value),
        n_responses=int(blocks.sum()),
        n_participants=int(blocks.any(axis=1).sum()),
        n_features=int(blocks.any(axis=0).sum()),
    )


def _bootstraps(
    base: Estimate,
    two_way: FloatArray,
    participants: FloatArray,
    config: AnalysisConfig,
) -> list[Estimate]:
    drawn = (
        (two_way, TWO_WAY_BOOTSTRAP, BOTH),
        (participants, PARTICIPANT_BOOTSTRAP, NEW_PARTICIPANTS),
    )
    return [
        with_bootstrap(
            base, values, method=method, generalizes_to=to, level=config.level
        )
        for values, method, to in drawn
    ]


def scale_use(ratings: pd.DataFrame) -> pd.DataFrame:
    """How each condition's ratings lie on the scale.

    Args:
        ratings: as in `agreement_by_block`.

    Returns:
        One row per condition: n_ratings, mean and sd (0 to 100), share_at_ends (of
        ratings that are 0 or 100).
    """
    values = ratings["rating"].astype(float)
    table: pd.DataFrame = (
        pd.DataFrame(
            {
                "condition": ratings["condition"],
                "rating": values,
                "is_end": values.isin([0, 100]).astype(float),
            }
        )
        .groupby("condition", as_index=False)
        .agg(
            n_ratings=("rating", "size"),
            mean=("rating", "mean"),
            sd=("rating", "std"),
            share_at_ends=("is_end", "mean"),
        )
    )
    return table
