"""Every number of one condition: accuracy, confidence, sensitivity, time, agreement."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis import intervals
from analysis.agreement import pairwise_consistency
from analysis.bootstrap import bootstrap_participants, bootstrap_two_way
from analysis.confidence import LEVELS, auroc2, confidence_counts_of
from analysis.config import AnalysisConfig
from analysis.crossed import CrossedCounts, count_crossed
from analysis.estimates import (
    PARTICIPANT_BOOTSTRAP,
    TWO_WAY_BOOTSTRAP,
    TWO_WAY_ROBUST,
)
from analysis.intervals import (
    BOTH,
    NEW_FEATURES,
    NEW_PARTICIPANTS,
    NOTHING_NEW,
    FloatArray,
    Interval,
    percentile_ends,
    student_t,
)
from analysis.reliability import split_half
from analysis.signal_detection import detection_by
from analysis.two_way import influence_on_accuracy, two_way_variance
from analysis.validation.entry import Entry

SHARE_INTERVALS = (
    "wilson",
    "clopper_pearson",
    "jeffreys",
    "agresti_coull",
    "wald",
    "wilson_continuity_corrected",
)
FEATURE_BOOTSTRAP = "feature_bootstrap"
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

    def rng(self, use: int) -> np.random.Generator:
        """A random stream of its own, whatever else is computed."""
        return np.random.default_rng([self.config.rng_seed, use])


def condition_entries(part: Part) -> list[Entry]:
    """All numbers of one condition."""
    return [
        *_accuracy(part),
        *_confidence(part),
        *_detection(part),
        *_time(part),
        *_agreement(part),
    ]


def _counts(part: Part) -> CrossedCounts:
    return count_crossed(part.responses.assign(condition="all"), ["all"])


def _accuracy(part: Part) -> Iterator[Entry]:
    counts, level = _counts(part), part.config.level
    right, asked = counts.n_correct[0], counts.n_responses[0]
    n_correct, n = float(right.sum()), float(asked.sum())
    value = float(counts.accuracy()[0])
    shares = counts.accuracy_of_participants()[0]
    yield part.entry("n_correct", n_correct, unit="count")
    yield part.entry("accuracy", value, interval=_robust(right, asked, value, level))
    for ddof in (0, 1):
        sem = _sem(shares, ddof)
        yield part.entry(f"accuracy_2_sem_ddof_{ddof}", 2 * sem)
    if len(shares) > 1:
        ends = student_t(value, _sem(shares, 1), len(shares) - 1, level=level)
        t = Interval(*ends, level, PARTICIPANT_T, NEW_PARTICIPANTS)
        yield part.entry("accuracy_participant_t", value, interval=t)
    for name, method, kind, ends_found in _bootstraps(part, counts):
        if ends_found:
            interval = Interval(*ends_found, level, method, kind)
            yield part.entry(f"accuracy_{name}", value, interval=interval)
    for name in SHARE_INTERVALS:
        low, high = getattr(intervals, name)(n_correct, n, level=level)
        ends = float(low), float(high)
        yield part.entry(
            f"pooled_accuracy_{name}",
            n_correct / n,
            interval=Interval(*ends, level, name, NOTHING_NEW),
        )


def _robust(
    right: FloatArray, asked: FloatArray, value: float, level: float
) -> Interval | None:
    variance = two_way_variance(influence_on_accuracy(right, asked), asked)
    if not variance.is_usable:
        return None
    ends = student_t(value, variance.standard_error, variance.df, level=level)
    return Interval(max(ends[0], 0), min(ends[1], 1), level, TWO_WAY_ROBUST, BOTH)


def _sem(values: FloatArray, ddof: int) -> float:
    n = len(values)
    return float(np.std(values, ddof=ddof)) / math.sqrt(n) if n > ddof else math.nan


Found = tuple[str, str, str, tuple[float, float] | None]


def _bootstraps(part: Part, counts: CrossedCounts) -> Iterator[Found]:
    n, level = part.config.n_resamples, part.config.level
    people = bootstrap_participants(counts, n_resamples=n, rng=part.rng(1))
    both = bootstrap_two_way(counts, n_resamples=n, rng=part.rng(2))
    features = bootstrap_participants(turned(counts), n_resamples=n, rng=part.rng(3))
    for method, kind, found in (
        (PARTICIPANT_BOOTSTRAP, NEW_PARTICIPANTS, people),
        (FEATURE_BOOTSTRAP, NEW_FEATURES, features),
        (TWO_WAY_BOOTSTRAP, BOTH, both),
    ):
        yield method, method, kind, percentile_ends(found[:, 0], level=level)


def turned(counts: CrossedCounts) -> CrossedCounts:
    """The counts with features in the place of people."""
    return CrossedCounts(
        conditions=counts.conditions,
        participant_ids=counts.feature_ids,
        feature_ids=counts.participant_ids,
        n_correct=counts.n_correct.swapaxes(1, 2),
        n_responses=counts.n_responses.swapaxes(1, 2),
    )


def _confidence(part: Part) -> Iterator[Entry]:
    people = sorted(part.responses["participant_id"].unique())
    right, wrong = confidence_counts_of(part.responses, people)
    for place, level in enumerate(LEVELS):
        n_right, n_wrong = right[:, place].sum(), wrong[:, place].sum()
        n = float(n_right + n_wrong)
        yield part.entry(f"confidence_{level}_n_responses", n, unit="count")
        share = float(n_right) / n if n else math.nan
        yield part.entry(f"confidence_{level}_accuracy", share)
    pooled = float(auroc2(right.sum(axis=0), wrong.sum(axis=0)))
    yield part.entry("auroc2_pooled", pooled)
    each = auroc2(right, wrong)
    known = each[~np.isnan(each)]
    mean = float(known.mean()) if len(known) >= 2 else math.nan
    yield part.entry(
        "auroc2_mean",
        mean,
        detail=f"Mean over the {len(known)} of {len(each)} participants who have right "
        "and wrong answers.",
    )


def _detection(part: Part) -> Iterator[Entry]:
    pooled = detection_by(part.responses.assign(all="all"), ["all"])
    each = detection_by(part.responses, ["participant_id"])
    for name in ("hit_rate", "false_alarm_rate", "d_prime", "criterion"):
        yield part.entry(f"{name}_pooled", float(pooled[name].iloc[0]), unit=name)
    for name in ("d_prime", "criterion"):
        yield part.entry(f"{name}_mean", float(each[name].mean()), unit=name)
    value = float(pooled["accuracy_without_bias"].iloc[0])
    yield part.entry("accuracy_without_bias", value)
    share = float((part.responses["choice"] == "left").mean())
    yield part.entry("share_of_upper_choices", share)


def _time(part: Part) -> Iterator[Entry]:
    times = part.responses["rt_ms"]
    times = times[times > 0]
    value = float(np.exp(np.log(times).mean())) if len(times) else math.nan
    yield part.entry("geometric_mean_time", value, unit="ms")
    median = float(times.median()) if len(times) else math.nan
    yield part.entry("median_time", median, unit="ms")


def _agreement(part: Part) -> Iterator[Entry]:
    counts = _counts(part)
    half = split_half(counts.n_correct[0], counts.n_responses[0], rng=part.rng(4))
    how = "all splits" if half.is_exhaustive else "splits drawn"
    detail = f"{half.n_splits} {how}, over participants."
    yield part.entry("split_half", half.correlation, unit="correlation", detail=detail)
    yield part.entry("spearman_brown", half.reliability, unit="reliability")
    items = part.responses.assign(
        feature_id=part.responses["query_pair_id"], condition="all"
    )
    by_pair = count_crossed(items, ["all"])
    asked = np.minimum(by_pair.n_responses[0], 1)
    right = np.divide(
        by_pair.n_correct[0],
        by_pair.n_responses[0],
        out=np.zeros_like(asked),
        where=asked > 0,
    ).round()
    found = pairwise_consistency(right, asked, min_common=2)
    above = np.triu_indices(len(asked), 1)
    known = found.kappa[above][~np.isnan(found.kappa[above])]
    yield part.entry(
        "error_consistency",
        float(known.mean()) if len(known) else math.nan,
        unit="kappa",
        detail=f"Mean over {len(known)} of {len(above[0])} pairs of participants, on "
        "the query pairs that both answered.",
    )
