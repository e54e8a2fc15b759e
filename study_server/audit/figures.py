"""Figures that help to judge a study: guessers let in, precision, minutes. Pure."""

from collections.abc import Sequence
from math import comb, exp, sqrt
from statistics import NormalDist
from typing import NamedTuple

from study_server.design.planned import PlannedTrial

READERS = {"guesser": 0.5, "half_attentive": 0.75, "attentive": 0.97}
"""Chance of one right answer in a catch trial."""

FEATURE_SD, PARTICIPANT_SD = 0.5, 0.2
"""Feature-by-condition and participant-by-condition spread, logits (1.14)."""

BASE_ACCURACY = 0.8
ALPHA, POWER = 0.05, 0.8
ANSWER_S = 6.0
"""Seconds for an answer (1.18)."""

AROUND_MIN = 4.0
"""Minutes for consent, questions and reading beyond the instructions' minimum."""


class CatchRule(NamedTuple):
    """What a catch rule lets through, as shares from 0 to 1."""

    min_correct: int
    n_trials: int
    kept: dict[str, float]


def binomial_tail(n: int, at_least: int, p: float) -> float:
    """Chance of at least so many successes in n."""
    return sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(at_least, n + 1))


def catch_rule(min_correct: int, n_trials: int) -> CatchRule:
    """Who passes a catch rule, by how attentive they are (1.20)."""
    kept = {
        name: binomial_tail(n_trials, min_correct, p) for name, p in READERS.items()
    }
    return CatchRule(min_correct, n_trials, kept)


def practice_passed_by_guessing(
    n_trials: int, min_correct: int, max_rounds: int
) -> float:
    """Share of guessers that pass practice within its rounds (1.20)."""
    return 1 - (1 - binomial_tail(n_trials, min_correct, 0.5)) ** max_rounds


def smallest_difference(
    *, n_participants: float, n_features: float, n_responses: float
) -> float:
    """Smallest detectable difference of two conditions, in points of accuracy.

    A logit difference of two conditions has the variance of features, of participants
    and of single answers, each divided by how many there are in one condition (a
    within-participant contrast over features that both conditions share). It is turned
    into points below the base accuracy.

    Args:
        n_features: features of the study that both conditions meet.
        n_responses: answers in each condition.
    """
    p = BASE_ACCURACY
    variance = 2 * (
        FEATURE_SD**2 / n_features
        + PARTICIPANT_SD**2 / n_participants
        + 1 / (p * (1 - p) * n_responses)
    )
    z = NormalDist().inv_cdf
    logit = (z(1 - ALPHA / 2) + z(POWER)) * sqrt(variance)
    odds = p / (1 - p) * exp(-logit)
    return 100 * (p - odds / (1 + odds))


def expected_minutes(
    plan: Sequence[PlannedTrial],
    *,
    panel_min_ms: int,
    instructions_min_ms: int,
    feedback_ms: float,
    rounds_expected: int = 1,
) -> float:
    """Minutes of one session, with one round of practice.

    Args:
        feedback_ms: mean over the trials.
    """
    trials = [t for t in plan if (t.practice_round or 0) < rounds_expected]
    n_studied = sum(bool(t.panel_stimulus_ids) for t in trials)
    seconds = (
        n_studied * panel_min_ms / 1000
        + len(trials) * (ANSWER_S + feedback_ms / 1000)
        + instructions_min_ms / 1000
    )
    return seconds / 60 + AROUND_MIN
