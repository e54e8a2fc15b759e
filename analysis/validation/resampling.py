"""The three bootstraps of a validation: of people, of features, of both."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from analysis.bootstrap import (
    CHUNK,
    accuracies_under_weights,
    bootstrap_participants,
    bootstrap_two_way,
    draw_weights,
)
from analysis.config import AnalysisConfig
from analysis.crossed import CrossedCounts
from analysis.estimates import PARTICIPANT_BOOTSTRAP, TWO_WAY_BOOTSTRAP
from analysis.intervals import BOTH, NEW_FEATURES, NEW_PARTICIPANTS, FloatArray

FEATURE_BOOTSTRAP = "feature_bootstrap"


class Seeded(Protocol):
    """What draws random numbers: a condition or a contrast."""

    @property
    def config(self) -> AnalysisConfig: ...

    def rng(self, use: int) -> np.random.Generator: ...


USES = {PARTICIPANT_BOOTSTRAP: 1, TWO_WAY_BOOTSTRAP: 2, FEATURE_BOOTSTRAP: 3}
"""Bootstrap -> number of its random stream."""


def bootstraps(
    counts: CrossedCounts, seeded: Seeded
) -> Iterator[tuple[str, str, FloatArray]]:
    """Method, what it generalizes to, and (R, K) mean shares over people."""
    n = seeded.config.n_resamples
    for method, kind, resample in (
        (PARTICIPANT_BOOTSTRAP, NEW_PARTICIPANTS, bootstrap_participants),
        (FEATURE_BOOTSTRAP, NEW_FEATURES, _bootstrap_features),
        (TWO_WAY_BOOTSTRAP, BOTH, bootstrap_two_way),
    ):
        rng = seeded.rng(USES[method])
        yield method, kind, resample(counts, n_resamples=n, rng=rng)


def _bootstrap_features(
    counts: CrossedCounts, *, n_resamples: int, rng: np.random.Generator
) -> FloatArray:
    """(R, K) accuracies over resamples of features; people stay as they are."""
    found = []
    for start in range(0, n_resamples, CHUNK):
        size = min(CHUNK, n_resamples - start)
        people = np.ones((size, len(counts.participant_ids)))
        features = draw_weights(rng, len(counts.feature_ids), size)
        found.append(accuracies_under_weights(counts, people, features))
    return np.concatenate(found)


def bootstrap_detail(method: str, seeded: Seeded) -> str:
    """What was drawn, as the end of a sentence."""
    drawn = {
        PARTICIPANT_BOOTSTRAP: "people",
        FEATURE_BOOTSTRAP: "features",
        TWO_WAY_BOOTSTRAP: "people and, apart, of features",
    }
    return (
        f"percentiles (inverted distribution function) of it over "
        f"{seeded.config.n_resamples} resamples of {drawn[method]}, seed "
        f"[{seeded.config.rng_seed}, {USES[method]}]."
    )
