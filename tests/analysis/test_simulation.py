"""False positives and coverage under the plan people really see (Latin square).

Population as in the study's design notes: logit 1.2, SDs participant 0.4, feature
0.6, feature:condition 0.5, participant:condition 0.2.
"""

from typing import NamedTuple

import numpy as np
import pytest
from scipy import stats

from analysis.crossed import CrossedCounts
from analysis.hypotheses import two_way_robust_difference
from analysis.intervals import FloatArray, student_t
from analysis.two_way import influence_on_accuracy, two_way_variance

N_RUNS = 400


class Population(NamedTuple):
    n_participants: int = 60
    n_features: int = 40
    n_conditions: int = 4


def expit(logit: FloatArray) -> FloatArray:
    chance: FloatArray = 1 / (1 + np.exp(-logit))
    return chance


def population_accuracy() -> float:
    """Mean of the logistic function over all random effects, by quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    sd = float(np.sqrt(0.4**2 + 0.6**2 + 0.5**2 + 0.2**2))
    return float((weights * expit(1.2 + sd * nodes)).sum() / weights.sum())


def simulate(rng: np.random.Generator, size: Population) -> CrossedCounts:
    """One study in which no condition differs in the population."""
    people, features, conditions = size
    logit = (
        1.2
        + 0.4 * rng.normal(size=(1, people, 1))
        + 0.6 * rng.normal(size=(1, 1, features))
        + 0.5 * rng.normal(size=(conditions, 1, features))
        + 0.2 * rng.normal(size=(conditions, people, 1))
    )  # (K, P, F)
    dealt = (np.arange(people)[:, None] + np.arange(features)) % conditions  # (P, F)
    asked = (dealt == np.arange(conditions)[:, None, None]).astype(np.float64)
    return CrossedCounts(
        conditions=tuple("abcd"),
        participant_ids=tuple(map(str, range(people))),
        feature_ids=tuple(map(str, range(features))),
        n_correct=asked * (rng.random(logit.shape) < expit(logit)),
        n_responses=asked,
    )


@pytest.fixture(scope="module")
def studies() -> list[CrossedCounts]:
    rng = np.random.default_rng(20)
    return [simulate(rng, Population()) for _ in range(N_RUNS)]


def test_a_true_null_is_rejected_about_as_often_as_promised(
    studies: list[CrossedCounts],
) -> None:
    p = [two_way_robust_difference(study, "a", "b").p for study in studies]

    n_rejected = int((np.array(p) < 0.05).sum())

    # Central 99.8 % of the binomial at the promised rate.
    assert stats.binom.ppf(0.001, N_RUNS, 0.05) <= n_rejected
    assert n_rejected <= stats.binom.ppf(0.999, N_RUNS, 0.05)


def test_tests_over_participants_only_reject_more_than_that() -> None:
    """The reason for the two-way test, at 150 people: published rate .205."""
    rng = np.random.default_rng(21)
    n_rejected = 0
    for _ in range(100):
        study = simulate(rng, Population(n_participants=150))
        shares = study.accuracy_of_participants()
        n_rejected += stats.ttest_rel(shares[0], shares[1]).pvalue < 0.05

    assert n_rejected > stats.binom.ppf(0.999, 100, 0.05)


def test_intervals_for_both_cover_the_population_value(
    studies: list[CrossedCounts],
) -> None:
    truth = population_accuracy()
    n_covered = 0
    for study in studies:
        right, asked = study.n_correct[0], study.n_responses[0]
        variance = two_way_variance(influence_on_accuracy(right, asked), asked)
        low, high = student_t(
            float(study.accuracy()[0]), variance.standard_error, variance.df
        )
        n_covered += low <= truth <= high

    assert stats.binom.ppf(0.001, N_RUNS, 0.95) <= n_covered
