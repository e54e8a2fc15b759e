"""Accuracy averaged over the random effects, as a reader means it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from analysis.intervals import FloatArray

N_NODES = 64
"""Of the Gauss-Hermite rule."""


def mean_expit(eta: FloatArray, sd: float, *, n_nodes: int = N_NODES) -> FloatArray:
    """E[expit(eta + sd Z)] for standard normal Z.

    Args:
        eta: any shape, log-odds.
        sd: standard deviation of the random effects together, at least 0.

    Returns:
        Probabilities of the shape of eta.

    Source: Gauss-Hermite quadrature; Pavlou et al. (2015), BMC Med. Res. Methodol. 15.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(n_nodes)
    shifted = np.asarray(eta, dtype=np.float64)[..., None] + sd * nodes
    mean: FloatArray = expit(shifted) @ (weights / weights.sum())
    return mean


class Marginal(NamedTuple):
    """A marginal quantity and how it moves with the parameters."""

    value: float
    slope: FloatArray
    """(C + T,) derivatives by coefficients and standard deviations."""

    def standard_error(self, covariance: FloatArray) -> float:
        """By the delta method; parameters whose variance is NaN count as held."""
        known = ~np.isnan(np.diag(covariance))
        slope = self.slope[known]
        return float(np.sqrt(slope @ covariance[np.ix_(known, known)] @ slope))


def marginal_accuracy(
    rows: FloatArray, coefficients: FloatArray, sds: FloatArray
) -> Marginal:
    """Mean over rows of the accuracy averaged over all random effects.

    Args:
        rows: (N, C) covariates, set to the condition asked about.
        coefficients: (C,) log-odds.
        sds: (T,) of the random terms.
    """
    eta, place = np.unique(rows @ coefficients, return_inverse=True)
    total = float(np.sqrt((sds**2).sum()))
    nodes, weights = np.polynomial.hermite_e.hermegauss(N_NODES)
    weighted = weights / weights.sum()
    chance = expit(eta[:, None] + total * nodes)  # (M, nodes)
    density = chance * (1 - chance)
    by_coefficients = (density @ weighted)[place] @ rows / len(rows)
    by_total = float((density @ (weighted * nodes))[place].mean())
    by_sds = by_total * sds / total if total > 0 else np.zeros_like(sds)
    return Marginal(
        value=float((chance @ weighted)[place].mean()),
        slope=np.concatenate([by_coefficients, by_sds]),
    )


def mean_of(marginals: Sequence[Marginal]) -> Marginal:
    """Equal-weight mean of marginal quantities of one fit."""
    return Marginal(
        float(np.mean([m.value for m in marginals])),
        np.mean([m.slope for m in marginals], axis=0),
    )


def minus(first: Marginal, second: Marginal) -> Marginal:
    """Difference of two marginal accuracies of one fit."""
    return Marginal(first.value - second.value, first.slope - second.slope)
