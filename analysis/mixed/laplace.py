"""The Laplace approximation of a mixed logistic fit, with its exact gradient."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from analysis.intervals import FloatArray
from analysis.mixed.blocks import Effects, Factor, sums_by
from analysis.mixed.errors import NotConvergedError
from analysis.mixed.pattern import IntArray, Pattern, find_pattern

DECREMENT = 1e-15
"""Squared Newton step, in units of the curvature, below which the mode is found."""

SHRINKS = 0.1
"""The curvature is computed anew where a squared step is more than this of the last."""

MAX_STEPS = 100
MAX_HALVINGS = 30


class Parameters(NamedTuple):
    """What is estimated."""

    coefficients: FloatArray
    """(C,) log-odds."""

    sds: FloatArray
    """(T,) standard deviations of the random terms, in the order of the design."""


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """The approximation at one set of parameters."""

    negative_log_likelihood: float
    gradient: Parameters
    effects: Mapping[str, FloatArray]
    """Term -> mode of its random effects, log-odds."""

    variances: Mapping[str, FloatArray]
    """Term -> variance of each effect given data and parameters."""

    information: Callable[[], FloatArray]
    """(C, C) of the coefficients, effects integrated out; computed when asked for."""


class LaplaceLikelihood:
    """Marginal likelihood of right and wrong answers; remembers its last mode.

    Source: Breslow & Clayton (1993), Approximate inference in generalized linear mixed
        models, J. Am. Stat. Assoc. 88, 9-25; penalised reweighted least squares as in
        Bates et al. (2015), J. Stat. Softw. 67(1).
    """

    def __init__(
        self, response: FloatArray, fixed: FloatArray, groups: Mapping[str, IntArray]
    ) -> None:
        """Prepare the structure once.

        Args:
            response: (N,) 0 or 1.
            fixed: (N, C) covariates, the intercept among them.
            groups: term -> (N,) codes from 0 without gaps.
        """
        self.response, self.fixed = response, fixed
        self.names = tuple(groups)
        self.pattern: Pattern = find_pattern(groups)
        p = self.pattern
        sizes = len(p.outer_of_inner), int(p.outer.max()) + 1, p.n_rest
        self.mode = Effects(*(np.zeros(size) for size in sizes))
        self.factor: Factor | None = None

    def evaluate(self, at: Parameters) -> Evaluation:
        """Value and gradient of the negative log likelihood.

        Raises:
            NotConvergedError: the mode of the random effects was not found.
        """
        sds = dict(zip(self.names, at.sds, strict=True))
        precisions = {name: float(sd) ** -2 for name, sd in sds.items()}
        linear = self.fixed @ at.coefficients
        factor, eta = self._find_mode(linear, precisions)
        chance = expit(eta)
        weights = chance * (1 - chance)
        spread = factor.variances()
        third = weights * (1 - 2 * chance) * spread.responses
        pull = factor.solve(self.summed(third))
        shaped = third - weights * self._spread(pull)
        slope = -self.fixed.T @ (self.response - chance - shaped / 2)
        modes, variances = self.by_term(self.mode), self.by_term(spread.levels)
        pulls = self.by_term(pull)
        sd_slope = [
            (
                len(modes[n])
                - precisions[n]
                * float(modes[n] @ modes[n] + variances[n].sum() - pulls[n] @ modes[n])
            )
            / sds[n]
            for n in self.names
        ]
        return Evaluation(
            negative_log_likelihood=self._value(eta, factor, sds),
            gradient=Parameters(slope, np.array(sd_slope)),
            effects=modes,
            variances=variances,
            information=lambda: self._information(factor, weights),
        )

    def value(self, at: Parameters) -> float:
        """Negative log likelihood alone: half the time of `evaluate`."""
        sds = dict(zip(self.names, at.sds, strict=True))
        precisions = {name: float(sd) ** -2 for name, sd in sds.items()}
        factor, eta = self._find_mode(self.fixed @ at.coefficients, precisions)
        return self._value(eta, factor, sds)

    def _value(
        self, eta: FloatArray, factor: Factor, sds: Mapping[str, float]
    ) -> float:
        modes = self.by_term(self.mode)
        scale = sum(2 * len(modes[n]) * np.log(sd) for n, sd in sds.items())
        penalty = sum(float(modes[n] @ modes[n]) / sd**2 for n, sd in sds.items())
        fit = float(np.logaddexp(0, eta).sum() - self.response @ eta)
        return fit + float(penalty + factor.log_determinant + scale) / 2

    def _find_mode(
        self, linear: FloatArray, precisions: Mapping[str, float]
    ) -> tuple[Factor, FloatArray]:
        """Newton's method from the last mode; leaves the new one in `self.mode`.

        Factoring the curvature is most of a step, and the curvature of the last call
        is close to this one's: it serves as long as the steps shrink fast with it.
        """
        mode, factor, is_fresh, last = self.mode, self.factor, False, np.inf
        eta = linear + self._spread(mode)
        height = self._penalized(eta, mode, precisions)
        for _ in range(MAX_STEPS):
            chance = expit(eta)
            weights = chance * (1 - chance)
            slope = self._slope(self.response - chance, mode, precisions)
            if factor is None:
                factor, is_fresh = Factor(self.pattern, weights, precisions), True
            step, gain = _ascent(factor, slope)
            if gain > SHRINKS * last and not is_fresh:
                factor, is_fresh = Factor(self.pattern, weights, precisions), True
                step, gain = _ascent(factor, slope)
            if gain < DECREMENT:
                if not is_fresh:
                    factor = Factor(self.pattern, weights, precisions)
                self.mode, self.factor = mode, factor
                return factor, eta
            is_fresh, last, share = False, gain, 1.0
            for _ in range(MAX_HALVINGS):
                tried = Effects(
                    *(m + share * s for m, s in zip(mode, step, strict=True))
                )
                eta = linear + self._spread(tried)
                reached = self._penalized(eta, tried, precisions)
                if reached >= height - 1e-9 * (1 + abs(height)):
                    break
                share /= 2
            mode, height = tried, reached
        raise NotConvergedError(
            f"the mode of the random effects was not found in {MAX_STEPS} Newton steps"
        )

    def _penalized(
        self, eta: FloatArray, mode: Effects, precisions: Mapping[str, float]
    ) -> float:
        by_term = self.by_term(mode)
        penalty = sum(precisions[n] * float(b @ b) for n, b in by_term.items())
        return float(self.response @ eta - np.logaddexp(0, eta).sum()) - penalty / 2

    def _slope(
        self, residual: FloatArray, mode: Effects, precisions: Mapping[str, float]
    ) -> Effects:
        p, summed = self.pattern, self.summed(residual)
        rest = np.empty(p.n_rest)
        for t, name in enumerate(p.rest_names):
            levels = slice(p.rest_starts[t], p.rest_starts[t + 1])
            rest[levels] = precisions[name] * mode.rest[levels]
        nested = precisions[p.inner_name] if p.inner_name else 0.0
        return Effects(
            summed.inner - nested * mode.inner,
            summed.outer - precisions[p.outer_name] * mode.outer,
            summed.rest - rest,
        )

    def summed(self, values: FloatArray) -> Effects:
        """Z' times one value per response."""
        p = self.pattern
        per_row = sums_by(p.rest_row_of, values, len(p.rest_rows))
        rest = np.zeros(p.n_rest)
        for t in range(p.rest.shape[1]):
            rest += sums_by(p.rest_rows[:, t], per_row, p.n_rest)
        inner = sums_by(p.inner, values)
        if p.inner_name is None:
            inner = np.zeros_like(inner)
        return Effects(inner, sums_by(p.outer, values), rest)

    def _spread(self, effects: Effects) -> FloatArray:
        """Z times one value per level: their sum for each response."""
        p = self.pattern
        per_row = effects.rest[p.rest_rows].sum(axis=1)
        total: FloatArray = (
            effects.inner[p.inner] + effects.outer[p.outer] + per_row[p.rest_row_of]
        )
        return total

    def by_term(self, effects: Effects) -> dict[str, FloatArray]:
        """Term -> its levels' numbers."""
        p = self.pattern
        found = {p.outer_name: effects.outer}
        if p.inner_name is not None:
            found[p.inner_name] = effects.inner
        for t, name in enumerate(p.rest_names):
            found[name] = effects.rest[p.rest_starts[t] : p.rest_starts[t + 1]]
        return {name: found[name] for name in self.names}

    def _information(self, factor: Factor, weights: FloatArray) -> FloatArray:
        """X'WX - X'WZ H^-1 Z'WX."""
        weighted = weights[:, None] * self.fixed
        projected = np.column_stack(
            [self._spread(factor.solve(self.summed(column))) for column in weighted.T]
        )
        information: FloatArray = weighted.T @ (self.fixed - projected)
        return information


def _ascent(factor: Factor, slope: Effects) -> tuple[Effects, float]:
    """The Newton step, and its squared length in units of the curvature."""
    step = factor.solve(slope)
    return step, sum(float(a @ b) for a, b in zip(slope, step, strict=True))
