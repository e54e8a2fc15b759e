"""Evidence for and against chance from single proportions."""

import math
from typing import NamedTuple

import numpy as np
from scipy import special

from analysis.errors import ConfigError
from analysis.intervals import FloatArray


class BayesFactor(NamedTuple):
    """How much likelier the data are under one hypothesis than under another."""

    bf10: float
    """Any rate, Beta prior, against exactly chance."""

    bf_plus_0: float
    """A rate above chance, the prior cut there, against exactly chance."""


def beta_binomial_bayes_factor(
    n_correct: int,
    n_responses: int,
    *,
    chance: float = 0.5,
    prior: tuple[float, float] = (1.0, 1.0),
) -> BayesFactor:
    """Bayes factors of a share of right answers against chance.

    Args:
        chance: rate under the null, above 0 and below 1.
        prior: both parameters of the Beta prior under the alternative.

    Source: Jeffreys (1961), Theory of probability, 5.1; Morey & Rouder (2011) for the
        one-sided prior.
    """
    if not 0 <= n_correct <= n_responses:
        raise ConfigError(f"got {n_correct} right answers of {n_responses}")
    a, b = prior[0] + n_correct, prior[1] + n_responses - n_correct
    wrong = n_responses - n_correct
    log_null = n_correct * math.log(chance) + wrong * math.log1p(-chance)
    bf10 = math.exp(special.betaln(a, b) - special.betaln(*prior) - log_null)
    above = special.betaincc(a, b, chance) / special.betaincc(*prior, chance)
    return BayesFactor(bf10, bf10 * float(above))


def sequential_bayes_factors(
    is_correct: FloatArray, *, chance: float = 0.5
) -> FloatArray:
    """bf10 after each answer.

    Args:
        is_correct: (N,) 0 or 1 in the order the answers came.

    Returns:
        (N,) Bayes factors; the last is that of all answers.

    Source: Rouder (2014), Optional stopping: no problem for Bayesians.
    """
    right = np.cumsum(is_correct)
    n = np.arange(1, len(is_correct) + 1)
    log_null = right * math.log(chance) + (n - right) * math.log1p(-chance)
    factors: FloatArray = np.exp(special.betaln(right + 1, n - right + 1) - log_null)
    return factors
