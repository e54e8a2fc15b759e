"""Scores of single features, pulled towards their mean as far as they are noise."""

from typing import NamedTuple

import numpy as np
from scipy import optimize, special, stats

from analysis.intervals import FloatArray

MAX_LOG_SIZE = 12.0
"""Prior worth up to e**12 answers: beyond, features do not differ at all."""


class ShrunkenScores(NamedTuple):
    """Scores under a beta distribution of features, fitted to all of them."""

    mean: float
    """Of the features' true scores."""
    prior_size: float
    """Answers the prior is worth; large where features hardly differ."""
    sd: float
    """Of the features' true scores."""
    value: FloatArray
    """(F,) predicted score; the mean where a feature has no answer."""
    low: FloatArray
    high: FloatArray
    """(F,) ends of the interval for this very feature and these people."""


def shrink_scores(
    n_correct: FloatArray, n_responses: FloatArray, *, level: float = 0.95
) -> ShrunkenScores | None:
    """Empirical-Bayes scores of features from a beta-binomial fit.

    Args:
        n_correct, n_responses: (F,) counts; features without answers count nowhere.

    Returns:
        None with fewer than 2 features answered.

    Source: Casella (1985), An introduction to empirical Bayes data analysis, Am. Stat.
        39, 83-87.
    """
    asked = n_responses > 0
    if int(asked.sum()) < 2:
        return None
    right, n = n_correct[asked], n_responses[asked]

    def cost(parameters: FloatArray) -> float:
        mean, size = special.expit(parameters[0]), np.exp(parameters[1])
        a, b = mean * size, (1 - mean) * size
        likelihood = special.betaln(right + a, n - right + b) - special.betaln(a, b)
        return -float(likelihood.sum())

    pooled = (right.sum() + 0.5) / (n.sum() + 1)
    fit = optimize.minimize(
        cost,
        [special.logit(pooled), 3.0],
        bounds=[(-12, 12), (-2, MAX_LOG_SIZE)],
        method="L-BFGS-B",
    )
    mean, size = float(special.expit(fit.x[0])), float(np.exp(fit.x[1]))
    a, b = mean * size + n_correct, (1 - mean) * size + n_responses - n_correct
    tail = (1 - level) / 2
    return ShrunkenScores(
        mean,
        size,
        float(np.sqrt(mean * (1 - mean) / (size + 1))),
        a / (a + b),
        np.asarray(stats.beta.ppf(tail, a, b)),
        np.asarray(stats.beta.ppf(1 - tail, a, b)),
    )
