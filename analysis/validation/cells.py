"""Every number of one condition: accuracy, confidence, sensitivity and time."""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis import intervals
from analysis.confidence import LEVELS, auroc2, confidence_counts_of
from analysis.config import AnalysisConfig
from analysis.crossed import CrossedCounts, count_crossed
from analysis.estimates import TWO_WAY_ROBUST
from analysis.intervals import (
    BOTH,
    NEW_PARTICIPANTS,
    NOTHING_NEW,
    FloatArray,
    Interval,
    percentile_ends,
    student_t,
)
from analysis.signal_detection import detection_by
from analysis.two_way import influence_on_accuracy, two_way_variance
from analysis.validation.entry import Entry
from analysis.validation.resampling import bootstrap_detail, bootstraps

SHARE_INTERVALS = (
    "wilson",
    "clopper_pearson",
    "jeffreys",
    "agresti_coull",
    "wald",
    "wilson_continuity_corrected",
)
PARTICIPANT_T = "participant_t"


class Part(NamedTuple):
    """The main trials of one condition."""

    name: str
    """Beginning of the names of its entries."""
    responses: pd.DataFrame
    config: AnalysisConfig

    def entry(self, quantity: str, value: float, **more: object) -> Entry:
        """An entry about all of these trials."""
        return Entry(
            name=f"{self.name}/{quantity}",
            value=value,
            n_responses=len(self.responses),
            n_participants=self.responses["participant_id"].nunique(),
            n_features=self.responses["feature_id"].nunique(),
            **more,  # type: ignore[arg-type]
        )

    def counts(self) -> CrossedCounts:
        """Right answers of people crossed with features, as one condition."""
        return count_crossed(self.responses.assign(condition="all"), ["all"])

    def rng(self, use: int) -> np.random.Generator:
        """A random stream of its own, whatever else is computed."""
        return np.random.default_rng([self.config.rng_seed, use])


def condition_entries(part: Part) -> list[Entry]:
    """All numbers of one condition that are no agreement."""
    return [
        *_accuracy(part),
        *_pooled_accuracy(part),
        *_confidence(part),
        *_detection(part),
        *_time(part),
    ]


MEAN_OVER_PEOPLE = "Mean over people of each one's share of right answers"
POOLED = "over all responses of all people together"


def _accuracy(part: Part) -> Iterator[Entry]:
    counts, level = part.counts(), part.config.level
    right, asked = counts.n_correct[0], counts.n_responses[0]
    value = float(counts.accuracy()[0])
    shares = counts.accuracy_of_participants()[0]
    yield part.entry("accuracy", value, **_robust(right, asked, value, level))
    for ddof in (0, 1):
        yield part.entry(
            f"accuracy_2_sem_ddof_{ddof}",
            2 * _sem(shares, ddof),
            detail=f"Twice the standard deviation (ddof {ddof}) of the shares of "
            f"{len(shares)} people, over the root of their number.",
        )
    if len(shares) > 1:
        error, df = _sem(shares, 1), len(shares) - 1
        ends = student_t(value, error, df, level=level)
        yield part.entry(
            "accuracy_participant_t",
            value,
            interval=Interval(*ends, level, PARTICIPANT_T, NEW_PARTICIPANTS),
            standard_error=error,
            df=df,
            detail=f"{MEAN_OVER_PEOPLE}; t interval from their standard deviation "
            "(ddof 1), not cut at 0 or 1.",
        )
    for method, kind, found in bootstraps(counts, part):
        if ends_found := percentile_ends(found[:, 0], level=level):
            yield part.entry(
                f"accuracy_{method}",
                value,
                interval=Interval(*ends_found, level, method, kind),
                detail=f"{MEAN_OVER_PEOPLE}; {bootstrap_detail(method, part)}",
            )


def _robust(
    right: FloatArray, asked: FloatArray, value: float, level: float
) -> dict[str, Any]:
    detail = (
        f"{MEAN_OVER_PEOPLE}; interval by the two-way cluster-robust variance (people "
        "part plus feature part minus cell part, each times g / (g - 1) for g "
        "clusters), t with min(people, features) - 1 degrees of freedom, cut at 0 "
        "and 1."
    )
    variance = two_way_variance(influence_on_accuracy(right, asked), asked)
    if not variance.is_usable:
        return {"detail": detail}
    error, df = variance.standard_error, variance.df
    low, high = student_t(value, error, df, level=level)
    ends = Interval(max(low, 0), min(high, 1), level, TWO_WAY_ROBUST, BOTH)
    return {"interval": ends, "standard_error": error, "df": df, "detail": detail}


def _pooled_accuracy(part: Part) -> Iterator[Entry]:
    n_correct, n = float(part.responses["is_correct"].sum()), len(part.responses)
    detail = f"Right answers {POOLED}"
    yield part.entry("n_correct", n_correct, unit="count", detail=f"{detail}.")
    share = f"Share of right answers {POOLED}"
    yield part.entry("pooled_accuracy", n_correct / n, detail=f"{share}.")
    for name in SHARE_INTERVALS:
        low, high = getattr(intervals, name)(n_correct, n, level=part.config.level)
        ends = float(low), float(high)
        yield part.entry(
            f"pooled_accuracy_{name}",
            n_correct / n,
            interval=Interval(*ends, part.config.level, name, NOTHING_NEW),
            detail=f"{share}; the interval takes them as independent.",
        )


def _sem(values: FloatArray, ddof: int) -> float:
    n = len(values)
    return float(np.std(values, ddof=ddof)) / math.sqrt(n) if n > ddof else math.nan


def _confidence(part: Part) -> Iterator[Entry]:
    people = sorted(part.responses["participant_id"].unique())
    right, wrong = confidence_counts_of(part.responses, people)
    for place, level in enumerate(LEVELS):
        n_right, n_wrong = right[:, place].sum(), wrong[:, place].sum()
        n = float(n_right + n_wrong)
        yield part.entry(
            f"confidence_{level}_n_responses",
            n,
            unit="count",
            detail=f"Responses of confidence {level}, of all people together.",
        )
        yield part.entry(
            f"confidence_{level}_accuracy",
            float(n_right) / n if n else math.nan,
            detail=f"Share right of the responses of confidence {level}, {POOLED}.",
        )
    area = (
        "chance that a right answer is surer than a wrong one, ties counting one half"
    )
    yield part.entry(
        "auroc2_pooled",
        float(auroc2(right.sum(axis=0), wrong.sum(axis=0))),
        detail=f"AUROC2, the {area}, {POOLED}.",
    )
    each = auroc2(right, wrong)
    known = each[~np.isnan(each)]
    yield part.entry(
        "auroc2_mean",
        float(known.mean()) if len(known) >= 2 else math.nan,
        detail=f"AUROC2, the {area}: mean over the {len(known)} of {len(each)} "
        "participants who have right and wrong answers.",
    )


DETECTION = {
    "hit_rate": "Share of choices of a (upper) where a was correct",
    "false_alarm_rate": "Share of choices of a (upper) where b was correct",
    "d_prime": "(z(hit rate) - z(false alarm rate)) / sqrt 2, of a choice between two, "
    "with a (upper) as the hit side",
    "criterion": "-(z(hit rate) + z(false alarm rate)) / 2; below 0 prefers a (upper)",
}
LOG_LINEAR = "each rate as (count + 0.5) / (n + 1)"


def _detection(part: Part) -> Iterator[Entry]:
    pooled = detection_by(part.responses.assign(all="all"), ["all"])
    each = detection_by(part.responses, ["participant_id"])
    for name, what in DETECTION.items():
        yield part.entry(
            f"{name}_pooled",
            float(pooled[name].iloc[0]),
            unit=name,
            detail=f"{what}; {LOG_LINEAR}, {POOLED}.",
        )
    for name in ("d_prime", "criterion"):
        known = each[name].dropna()
        yield part.entry(
            f"{name}_mean",
            float(known.mean()),
            unit=name,
            detail=f"{DETECTION[name]}; {LOG_LINEAR}, of each person: mean over "
            f"{len(known)} of {len(each)} people.",
        )
    yield part.entry(
        "accuracy_without_bias",
        float(pooled["accuracy_without_bias"].iloc[0]),
        detail="Accuracy that d_prime_pooled reaches without a preferred side: the "
        "normal distribution function of d_prime_pooled / sqrt 2.",
    )
    yield part.entry(
        "share_of_upper_choices",
        float((part.responses["choice"] == "left").mean()),
        detail=f"Share of choices of a (upper) {POOLED}.",
    )


def _time(part: Part) -> Iterator[Entry]:
    times = part.responses["rt_ms"]
    times = times[times > 0]
    over = f"over {len(times)} trials of all people together, in milliseconds"
    yield part.entry(
        "geometric_mean_time",
        float(np.exp(np.log(times).mean())) if len(times) else math.nan,
        unit="ms",
        detail=f"Geometric mean {over}; no time is cut.",
    )
    yield part.entry(
        "median_time",
        float(times.median()) if len(times) else math.nan,
        unit="ms",
        detail=f"Median {over}.",
    )
