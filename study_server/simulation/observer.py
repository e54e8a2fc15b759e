"""Simulated participants: what they choose, how surely and how fast. No HTTP."""

import math
from dataclasses import dataclass
from functools import cache
from random import Random
from statistics import NormalDist
from typing import NamedTuple

from study_server.errors import SimulationError
from study_server.simulation.config import (
    EVERYONE,
    ObserverConfig,
    group_of,
    member_of,
)
from study_server.simulation.manners import careless_answer, own_side

N_QUANTILES = 2001
"""Points of the normal distribution over which a mean is taken."""


class TrialTruth(NamedTuple):
    """What only the server knows of a trial."""

    trial_kind: str
    condition: str
    feature_id: str
    correct_option: str | None
    """None where one photograph is rated."""

    percentile: float | None = None
    """Activation percentile of the rated photograph, 0 to 100."""


class Answer(NamedTuple):
    """What an observer does in one trial: a choice and how sure, or a rating."""

    choice: str | None
    confidence: int | None
    rt_ms: float
    rating: int | None = None


@dataclass(slots=True)
class Observer:
    """One simulated participant with an ability and a random source of its own."""

    config: ObserverConfig
    rng: Random
    ability: float
    """On the logit scale, zero on average over participants."""

    own_side: str
    """The one that is pressed by whoever always presses the same."""

    sending_rng: Random
    """Of what the browser does, so that it changes no answer."""

    group: str = EVERYONE
    n_answered: int = 0
    """Main and catch trials."""

    def leaves(self) -> bool:
        """Whether the observer closes the page now."""
        return self.rng.random() < self.config.dropout.hazard

    def answer(self, truth: TrialTruth) -> Answer:
        """What the task of the trial asks for, and the response time."""
        if truth.trial_kind == "practice":
            return self._considered(truth)
        careless = careless_answer(
            self.config, self.rng, own_side=self.own_side, n_before=self.n_answered
        )
        self.n_answered += 1
        if careless is None:
            return self._considered(truth)
        rt_ms = self._rt_ms(truth) if careless.rt_ms is None else careless.rt_ms
        if truth.correct_option is None:
            return Answer(None, None, rt_ms, rating=self._careless_rating())
        return Answer(careless.choice, careless.confidence, rt_ms)

    def _considered(self, truth: TrialTruth) -> Answer:
        if truth.correct_option is None:
            return Answer(None, None, self._rt_ms(truth), rating=self.rating(truth))
        is_correct = self.rng.random() < self.accuracy(truth)
        weights = getattr(self.config.confidence, "correct" if is_correct else "wrong")
        return Answer(
            choice=truth.correct_option if is_correct else other(truth.correct_option),
            confidence=self.rng.choices((1, 2, 3), weights)[0],
            rt_ms=self._rt_ms(truth),
        )

    def rating(self, truth: TrialTruth) -> int:
        """A rating from 0 to 100 that rises with the photograph's percentile.

        Raises:
            SimulationError: nobody knows the percentile.
        """
        if truth.percentile is None:
            raise SimulationError(
                "ratings cannot be simulated: the bundle does not tell the activation "
                "percentiles of its photographs; make it with a newer generator"
            )
        rule = self.config.rating
        slope = rule.slope.get(truth.condition, rule.default_slope)
        middle = 50 + slope * (truth.percentile - 50)
        return round(min(100.0, max(0.0, self.rng.gauss(middle, rule.noise_sd))))

    def _careless_rating(self) -> int:
        """Anywhere; whoever always does the same leaves it in the middle."""
        return 50 if self.config.straight_line.rate else self.rng.randint(0, 100)

    def _rt_ms(self, truth: TrialTruth) -> float:
        times = self.config.response_time
        median_ms = times.median_ms.get(truth.condition, times.default_median_ms)
        return self.rng.lognormvariate(math.log(median_ms), times.log_sd)

    def accuracy(self, truth: TrialTruth) -> float:
        """Probability of a correct choice, 0 to 1.

        Raises:
            SimulationError: nothing was planted for the condition.
        """
        if truth.trial_kind == "catch":
            return self.config.attention.catch
        if truth.trial_kind == "practice":
            return self.config.attention.practice
        planted = self.config.accuracy.get(
            truth.condition, self.config.default_accuracy
        )
        if planted is None:
            raise SimulationError(
                f"the observers have no accuracy for condition {truth.condition!r}; "
                f"they know {', '.join(sorted(self.config.accuracy))}: "
                "add it under [accuracy]"
            )
        spread = self.config.spread
        total_sd = math.hypot(spread.participant_sd, spread.feature_sd)
        ease = feature_ease(self.config.rng_seed, truth.feature_id, spread.feature_sd)
        return logistic(logit_mean(planted, total_sd) + self.ability + ease)


def draw_observer(config: ObserverConfig, participant_index: int) -> Observer:
    """The observer with this number: the same one every time, in the same group."""
    group = group_of(config, participant_index)
    member = member_of(config, group)
    rng = Random(f"{config.rng_seed}/participant/{participant_index}")
    return Observer(
        member,
        rng,
        ability=rng.gauss(0, member.spread.participant_sd),
        own_side=own_side(member, participant_index),
        sending_rng=Random(f"{config.rng_seed}/sending/{participant_index}"),
        group=group.name if group else EVERYONE,
    )


def feature_ease(rng_seed: int, feature_id: str, sd: float) -> float:
    """How much easier a feature is than the average one, on the logit scale."""
    return Random(f"{rng_seed}/feature/{feature_id}").gauss(0, sd)


@cache
def logit_mean(accuracy: float, sd: float) -> float:
    """Mean logit at which logits that vary by `sd` give this accuracy on average.

    The logistic curve flattens extremes: with spread, the logit of the accuracy itself
    would give less than the accuracy. Found by bisection; the average is taken over
    evenly spaced quantiles of the normal distribution.

    Args:
        accuracy: wanted mean probability, between 0 and 1.
        sd: standard deviation of the logit.
    """
    deviates = normal_quantiles(sd)
    low, high = -60.0, 60.0
    for _ in range(80):
        middle = (low + high) / 2
        mean = math.fsum(logistic(middle + deviate) for deviate in deviates)
        if mean / len(deviates) < accuracy:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def normal_quantiles(sd: float) -> tuple[float, ...]:
    """Evenly spaced quantiles of a normal distribution around zero; 0 if sd is 0."""
    if sd == 0:
        return (0.0,)
    normal = NormalDist(0, sd)
    return tuple(normal.inv_cdf((i + 0.5) / N_QUANTILES) for i in range(N_QUANTILES))


def logistic(logit: float) -> float:
    """Probability with this logit."""
    return 1 / (1 + math.exp(-logit))


def other(option: str) -> str:
    """The option on the other side."""
    return "right" if option == "left" else "left"
