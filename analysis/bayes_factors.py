"""Evidence for and against chance, and for and against no difference."""

import math
from typing import NamedTuple

import numpy as np
from scipy import special

from analysis.errors import ConfigError
from analysis.intervals import FloatArray

LARGEST_LOG = 700.0
"""Natural logarithm beyond which a Bayes factor is given as e to this power."""


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
    log_bf10 = float(special.betaln(a, b) - special.betaln(*prior)) - log_null
    bf10 = math.exp(min(log_bf10, LARGEST_LOG))
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
    logs = special.betaln(right + 1, n - right + 1) - log_null
    factors: FloatArray = np.exp(np.minimum(logs, LARGEST_LOG))
    return factors


PRIOR_SD = 0.5
"""Of a contrast under the alternative, log-odds: 9 points below an accuracy of .80."""


def savage_dickey(
    estimate: float, standard_error: float, *, prior_sd: float = PRIOR_SD
) -> float:
    """BF10 of a contrast from its estimate: any difference against none.

    The prior density at no difference over the posterior density there, for a normal
    prior around 0 and a likelihood that is normal in the contrast, as Wald's t takes
    it to be.

    Args:
        estimate, standard_error, prior_sd: log-odds.

    Source: Dickey & Lientz (1970), Ann. Math. Stat. 41, 214-226; in this form
        Wakefield (2009), Genet. Epidemiol. 33, 79-86 (his ABF is 1 / BF10).
    """
    if not (standard_error > 0 and prior_sd > 0):
        raise ConfigError(
            "a Bayes factor needs a positive error and a positive spread of the prior; "
            f"got {standard_error} and {prior_sd}"
        )
    shrinkage = prior_sd**2 / (prior_sd**2 + standard_error**2)
    z = estimate / standard_error
    return math.sqrt(1 - shrinkage) * math.exp(min(z * z * shrinkage / 2, LARGEST_LOG))
