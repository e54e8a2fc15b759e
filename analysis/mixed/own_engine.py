"""Our own engine: exact gradients, block algebra, a quasi-Newton search outside."""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import optimize
from scipy.special import expit

from analysis.intervals import FloatArray
from analysis.mixed.engine import EngineFit, MixedProblem
from analysis.mixed.errors import NotConvergedError
from analysis.mixed.laplace import LaplaceLikelihood, Parameters

BoolArray = npt.NDArray[np.bool_]

NAME = "own Laplace fit"

SD_FLOOR = 1e-5
"""Smallest standard deviation tried: as good as none."""

SD_START = 0.5
SD_LEAST_START = 0.05
"""A standard deviation that some of the people put at 0 begins here."""

START_WITH_SOME_FROM = 40_000
"""Responses from which a fit of one in `SOME` people says where to begin."""

SOME = 8
MAX_ITERATIONS = 300
GRADIENT_TOLERANCE = 1e-4
"""Largest slope left, in units of a parameter's own standard error."""

RIDGE = 1e-6
"""Keeps the starting coefficients finite where a cell is all right or all wrong."""


def fit_own(
    problem: MixedProblem,
    *,
    start: Parameters | None = None,
    likelihood: LaplaceLikelihood | None = None,
) -> EngineFit:
    """Maximize the Laplace likelihood by L-BFGS-B over scaled parameters.

    Args:
        start: parameters to begin at. None: a fit without random effects, and equal
            standard deviations.
        likelihood: of this very problem, to keep its mode. None: made here.

    Source: Byrd, Lu, Nocedal & Zhu (1995), SIAM J. Sci. Comput. 16, 1190-1208.
    """
    likelihood = likelihood or LaplaceLikelihood(
        problem.response, problem.fixed, problem.groups
    )
    scaled = _Scaled(likelihood, start or _start(problem, likelihood))
    try:
        found = optimize.minimize(
            scaled,
            scaled.origin,
            jac=True,
            method="L-BFGS-B",
            bounds=scaled.bounds,
            options={
                "maxiter": MAX_ITERATIONS,
                "maxcor": 20,
                "ftol": 1e-13,
                "gtol": GRADIENT_TOLERANCE,
            },
        )
    except (NotConvergedError, np.linalg.LinAlgError) as error:
        return EngineFit(
            engine=NAME,
            parameters=scaled.start,
            log_likelihood=float("nan"),
            has_converged=False,
            warnings=(str(error),),
        )
    return EngineFit(
        engine=NAME,
        parameters=scaled.parameters(found.x),
        log_likelihood=-float(found.fun),
        has_converged=bool(found.success),
        warnings=() if found.success else (f"{NAME}: {found.message}",),
    )


class _Scaled:
    """The likelihood over parameters measured in their own standard errors."""

    def __init__(self, likelihood: LaplaceLikelihood, start: Parameters) -> None:
        self.likelihood, self.start = likelihood, start
        first = likelihood.evaluate(start)
        information = first.information()
        root = np.linalg.cholesky(information + RIDGE * np.eye(len(information)))
        self.unscale = np.linalg.inv(root).T
        n_levels = np.array([len(v) for v in first.variances.values()])
        unknown = np.array([v.sum() for v in first.variances.values()]) / start.sds**2
        n_effective = np.maximum(n_levels - unknown, 0.05 * n_levels)
        self.sd_scale = start.sds * np.sqrt(n_levels / 2) / n_effective
        self.origin = np.concatenate(
            [np.zeros(len(information)), start.sds / self.sd_scale]
        )

    @property
    def bounds(self) -> list[tuple[float | None, float | None]]:
        free: list[tuple[float | None, float | None]] = [(None, None)]
        return free * len(self.unscale) + [(SD_FLOOR / s, None) for s in self.sd_scale]

    def parameters(self, x: FloatArray) -> Parameters:
        n = len(self.unscale)
        return Parameters(
            self.start.coefficients + self.unscale @ x[:n], x[n:] * self.sd_scale
        )

    def __call__(self, x: FloatArray) -> tuple[float, FloatArray]:
        at = self.likelihood.evaluate(self.parameters(x))
        slope = np.concatenate(
            [
                self.unscale.T @ at.gradient.coefficients,
                at.gradient.sds * self.sd_scale,
            ]
        )
        return at.negative_log_likelihood, slope


def _start(problem: MixedProblem, likelihood: LaplaceLikelihood) -> Parameters:
    """Where to begin: a fit of some of the people, or one without random effects."""
    if len(problem.response) < START_WITH_SOME_FROM:
        return _start_without_effects(problem)
    outer = likelihood.pattern.outer
    some = fit_own(_rows_of(problem, outer <= outer.max() // SOME))
    if not some.has_converged:
        return _start_without_effects(problem)
    return some.parameters._replace(sds=np.maximum(some.parameters.sds, SD_LEAST_START))


def _rows_of(problem: MixedProblem, is_kept: BoolArray) -> MixedProblem:
    """The same question asked of some rows, levels numbered anew."""
    return replace(
        problem,
        response=problem.response[is_kept],
        fixed=problem.fixed[is_kept],
        groups={
            name: np.unique(codes[is_kept], return_inverse=True)[1]
            for name, codes in problem.groups.items()
        },
    )


def _start_without_effects(problem: MixedProblem) -> Parameters:
    """Coefficients of a slightly penalised logistic regression, and equal SDs."""
    fixed, response = problem.fixed, problem.response

    def penalized(beta: FloatArray) -> tuple[float, FloatArray]:
        eta = fixed @ beta
        value = np.logaddexp(0, eta).sum() - response @ eta + RIDGE * beta @ beta
        return float(value), fixed.T @ (expit(eta) - response) + 2 * RIDGE * beta

    found: Any = optimize.minimize(
        penalized, np.zeros(fixed.shape[1]), jac=True, method="L-BFGS-B"
    )
    return Parameters(found.x, np.full(len(problem.groups), SD_START))
