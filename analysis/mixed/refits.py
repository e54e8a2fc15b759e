"""p of a contrast by refits to data simulated without it."""

import math
from dataclasses import replace

import numpy as np
from scipy.special import expit

from analysis.intervals import FloatArray
from analysis.mixed.covariance import held_covariance
from analysis.mixed.design import PrimaryDesign
from analysis.mixed.engine import MixedProblem
from analysis.mixed.errors import NotConvergedError
from analysis.mixed.fit import MixedFit
from analysis.mixed.laplace import LaplaceLikelihood, Parameters
from analysis.mixed.own_engine import fit_own

MAX_FAILED = 0.05
"""Share of refits that may fail before there is no p."""


def bootstrap_p(
    design: PrimaryDesign,
    fit: MixedFit,
    other: str,
    *,
    n_refits: int,
    rng: np.random.Generator,
) -> float:
    """Two-sided p of reference minus `other` in the reference stratum.

    The model is fitted without the contrast, `n_refits` data sets are drawn from it
    with new people and features, and t is compared with the t of their full fits.

    Returns:
        (count + 1) / (n + 1) over the refits that converged; NaN where more than 5 %
        did not.

    Source: Davison & Hinkley (1997), Bootstrap methods and their application, 4.4.
    """
    problem = design.problem
    column = problem.fixed_names.index(f"condition[{other}]")
    kept = [k for k in range(len(problem.fixed_names)) if k != column]
    null = replace(
        problem,
        fixed=problem.fixed[:, kept],
        fixed_names=tuple(problem.fixed_names[k] for k in kept),
    )
    without = fit_own(null)
    observed = abs(_t(problem, fit.parameters, column)) - 1e-12
    found = np.array(
        [
            _refitted_t(problem, draw_response(null, without.parameters, rng), column)
            for _ in range(n_refits)
        ]
    )
    valid = found[~np.isnan(found)]
    if not without.has_converged or len(valid) < (1 - MAX_FAILED) * n_refits:
        return math.nan
    return float((1 + (np.abs(valid) >= observed).sum()) / (1 + len(valid)))


def draw_response(
    problem: MixedProblem, at: Parameters, rng: np.random.Generator
) -> FloatArray:
    """(N,) right and wrong answers of new people to new features."""
    eta = problem.fixed @ at.coefficients
    for codes, sd in zip(problem.groups.values(), at.sds, strict=True):
        eta = eta + sd * rng.normal(size=int(codes.max()) + 1)[codes]
    return (rng.random(len(eta)) < expit(eta)).astype(np.float64)


def _refitted_t(problem: MixedProblem, response: FloatArray, column: int) -> float:
    drawn = replace(problem, response=response)
    fit = fit_own(drawn)
    return _t(drawn, fit.parameters, column) if fit.has_converged else math.nan


def _t(problem: MixedProblem, at: Parameters, column: int) -> float:
    likelihood = LaplaceLikelihood(problem.response, problem.fixed, problem.groups)
    try:
        matrix = held_covariance(likelihood, at).matrix
    except (NotConvergedError, np.linalg.LinAlgError):
        return math.nan
    return float(at.coefficients[column] / np.sqrt(matrix[column, column]))
