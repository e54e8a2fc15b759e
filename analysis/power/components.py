"""What a study's precision depends on: its size, and how much people differ."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from analysis.errors import ConfigError
from analysis.intervals import FloatArray
from analysis.mixed.pattern import IntArray

REFERENCE = "accentuation"


@dataclass(frozen=True, kw_only=True, slots=True)
class VarianceComponents:
    """Standard deviations on the logit scale, and the accuracy they lie around."""

    base_accuracy: float = 0.80
    """Of a typical person with a typical feature in the reference condition, 0 to 1."""

    participant: float = 0.4
    feature: float = 0.6
    feature_condition: float = 0.5
    participant_condition: float = 0.2

    def __post_init__(self) -> None:
        if not 0 < self.base_accuracy < 1:
            raise ConfigError(
                f"base_accuracy must lie between 0 and 1; got {self.base_accuracy}"
            )
        if min(self.sds) < 0:
            raise ConfigError(f"standard deviations must be at least 0; got {self.sds}")

    @property
    def sds(self) -> tuple[float, ...]:
        """All four."""
        return (
            self.participant,
            self.feature,
            self.feature_condition,
            self.participant_condition,
        )

    @property
    def total_sd(self) -> float:
        """Of all random effects together."""
        return float(np.sqrt(np.square(self.sds).sum()))


@dataclass(frozen=True, kw_only=True, slots=True)
class StudyPlan:
    """How many people answer how often about how many features."""

    n_participants: int
    n_features: int
    n_conditions: int = 4
    n_trials: int | None = None
    """Main trials per person, each of another feature. None: every feature once."""

    stratum_share: float = 1.0
    """Share of the trials in the stratum that a contrast is about."""

    def __post_init__(self) -> None:
        if min(self.n_participants, self.n_features, self.n_conditions) < 2:
            raise ConfigError(
                "a plan needs at least 2 participants, features and conditions; got "
                f"{self.n_participants}, {self.n_features}, {self.n_conditions}"
            )
        if not 1 <= self.trials_per_person <= self.n_features:
            raise ConfigError(
                f"trials per person must lie from 1 to the {self.n_features} features; "
                f"got {self.n_trials}"
            )
        if not 0 < self.stratum_share <= 1:
            raise ConfigError(
                f"stratum_share must lie above 0, up to 1; got {self.stratum_share}"
            )

    @property
    def trials_per_person(self) -> int:
        """Main trials of one person."""
        return self.n_features if self.n_trials is None else self.n_trials

    @property
    def n_responses_per_condition(self) -> float:
        """In the stratum of the contrast."""
        n = self.n_participants * self.trials_per_person / self.n_conditions
        return n * self.stratum_share


def simulate_responses(
    plan: StudyPlan,
    components: VarianceComponents,
    rng: np.random.Generator,
    *,
    effect: float = 0.0,
) -> pd.DataFrame:
    """One study drawn from new people and new features, by a Latin square.

    Args:
        effect: log-odds of the reference minus those of the second condition; the
            others equal the reference.

    Returns:
        One row per response: participant_id, feature_id, query_pair_id, condition,
        stratum, activation_gap, block_index, is_correct.
    """
    people = np.repeat(np.arange(plan.n_participants), plan.trials_per_person)
    step = np.tile(np.arange(plan.trials_per_person), plan.n_participants)
    feature = (step + people * plan.trials_per_person) % plan.n_features
    which = (feature + people) % plan.n_conditions
    chance = expit(
        logit(components.base_accuracy)
        - effect * (which == 1)
        + _drawn(rng, components.participant, people)
        + _drawn(rng, components.feature, feature)
        + _drawn(rng, components.feature_condition, feature * plan.n_conditions + which)
        + _drawn(
            rng, components.participant_condition, people * plan.n_conditions + which
        )
    )
    names = np.array(condition_names(plan.n_conditions))
    return pd.DataFrame(
        {
            "participant_id": people,
            "feature_id": feature,
            "query_pair_id": feature,
            "condition": names[which],
            "stratum": "far",
            "activation_gap": 0.0,
            "block_index": 0,
            "is_correct": rng.random(len(people)) < chance,
        }
    )


def condition_names(n_conditions: int) -> list[str]:
    """The reference, the condition that an effect is planted in, and others."""
    return [REFERENCE, *(f"other_{k}" for k in range(1, n_conditions))]


def _drawn(
    rng: np.random.Generator,
    sd: float,
    codes: IntArray,
) -> FloatArray:
    effects: FloatArray = sd * rng.normal(size=int(codes.max()) + 1)
    return effects[codes]
