"""A mixed fit of a normal outcome: crossed random intercepts, maximum likelihood."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from analysis.intervals import FloatArray
from analysis.mixed.blocks import Effects, Factor
from analysis.mixed.errors import MixedFitError
from analysis.mixed.laplace import LaplaceLikelihood
from analysis.mixed.pattern import IntArray, Pattern

RATIO_FLOOR = 1e-4
"""Smallest standard deviation tried, in units of the residual's: as good as none."""

RATIO_START = 0.5


@dataclass(frozen=True, kw_only=True)
class GaussianFit:
    """What was found; all in units of the outcome."""

    coefficients: FloatArray
    """(C,)"""

    covariance: FloatArray
    """(C, C) of the coefficients, standard deviations held."""

    sds: Mapping[str, float]
    """Random term -> standard deviation; 0 at the boundary."""

    residual_sd: float
    log_likelihood: float
    has_converged: bool
    warning: str
    """What the optimiser said where it did not converge, else empty."""


def fit_gaussian(
    outcome: FloatArray, fixed: FloatArray, groups: Mapping[str, IntArray]
) -> GaussianFit:
    """Maximize the likelihood over the ratios of standard deviations.

    Coefficients and the residual's deviation follow from the ratios in closed form.

    Args:
        outcome: (N,)
        fixed: (N, C) of full rank.
        groups: term -> (N,) codes from 0 without gaps.

    Raises:
        MixedFitError: the outcome does not vary beyond the fixed part.

    Source: Bates et al. (2015), J. Stat. Softw. 67(1), section 3.
    """
    profile = _Profile(outcome, fixed, groups)
    bounds = [(RATIO_FLOOR, None)] * len(groups)
    found = optimize.minimize(
        profile,
        np.full(len(groups), RATIO_START),
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"ftol": 1e-11, "gtol": 1e-5, "maxiter": 200},
    )
    at = profile.solve(found.x)
    ratios = np.where(found.x <= RATIO_FLOOR, 0.0, found.x)
    return GaussianFit(
        coefficients=at.coefficients,
        covariance=at.variance * at.unscaled,
        sds=dict(zip(groups, math.sqrt(at.variance) * ratios, strict=True)),
        residual_sd=math.sqrt(at.variance),
        log_likelihood=-at.deviance / 2,
        has_converged=bool(found.success),
        warning="" if found.success else str(found.message),
    )


@dataclass(frozen=True, kw_only=True)
class _Solved:
    deviance: float
    coefficients: FloatArray
    variance: float
    unscaled: FloatArray
    """(C, C) covariance of the coefficients over the variance."""

    gradient: FloatArray
    """(T,) of the deviance."""


class _Profile:
    """Deviance as a function of the ratios of standard deviations alone."""

    def __init__(
        self, outcome: FloatArray, fixed: FloatArray, groups: Mapping[str, IntArray]
    ) -> None:
        self.both = np.column_stack([fixed, outcome])  # (N, C + 1)
        self.design = LaplaceLikelihood(outcome, fixed, groups)
        self.names = tuple(groups)
        self.summed = [self.design.summed(column) for column in self.both.T]

    @property
    def pattern(self) -> Pattern:
        return self.design.pattern

    def __call__(self, ratios: FloatArray) -> tuple[float, FloatArray]:
        at = self.solve(ratios)
        return at.deviance, at.gradient

    def solve(self, ratios: FloatArray) -> _Solved:
        n, n_fixed = len(self.both), self.both.shape[1] - 1
        precisions = dict(zip(self.names, ratios**-2.0, strict=True))
        factor = Factor(self.pattern, np.ones(n), precisions)
        modes = [factor.solve(column) for column in self.summed]
        explained = np.array([[_dot(a, b) for b in modes] for a in self.summed])
        left = self.both.T @ self.both - explained
        known, cross = left[:n_fixed, :n_fixed], left[:n_fixed, n_fixed]
        coefficients = np.linalg.solve(known, cross)
        squares = float(left[n_fixed, n_fixed] - cross @ coefficients)
        if not squares > 1e-12 * float(self.both[:, -1] @ self.both[:, -1]):
            raise MixedFitError("the outcome does not vary beyond the fixed part.")
        weights = np.append(-coefficients, 1.0)
        mode = Effects(
            *(
                sum(w * part for w, part in zip(weights, parts, strict=True))
                for parts in zip(*modes, strict=True)
            )
        )
        return _Solved(
            deviance=self._deviance(factor, ratios, squares),
            coefficients=coefficients,
            variance=squares / n,
            unscaled=np.linalg.inv(known),
            gradient=self._gradient(factor, ratios, mode, squares / n),
        )

    def _deviance(self, factor: Factor, ratios: FloatArray, squares: float) -> float:
        n = len(self.both)
        levels = self.design.by_term(self.summed[0])
        scale = sum(
            2 * len(levels[name]) * math.log(ratio)
            for name, ratio in zip(self.names, ratios, strict=True)
        )
        return (
            factor.log_determinant
            + scale
            + n * (1 + math.log(2 * math.pi * squares / n))
        )

    def _gradient(
        self, factor: Factor, ratios: FloatArray, mode: Effects, variance: float
    ) -> FloatArray:
        modes = self.design.by_term(mode)
        spread = self.design.by_term(factor.variances().levels)
        return np.array(
            [
                2 * len(modes[name]) / ratio
                - 2
                * (spread[name].sum() + float(modes[name] @ modes[name]) / variance)
                / ratio**3
                for name, ratio in zip(self.names, ratios, strict=True)
            ]
        )


def _dot(one: Effects, other: Effects) -> float:
    return sum(float(a @ b) for a, b in zip(one, other, strict=True))
