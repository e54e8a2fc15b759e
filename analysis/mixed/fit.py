"""One mixed fit with its guards: nothing is handed on that did not converge."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from analysis.intervals import FloatArray
from analysis.mixed.covariance import (
    SD_BOUNDARY,
    Covariance,
    held_covariance,
    joint_covariance,
)
from analysis.mixed.engine import EngineFit, MixedProblem
from analysis.mixed.errors import NotConvergedError
from analysis.mixed.gpboost_engine import fit_gpboost, is_gpboost_installed
from analysis.mixed.laplace import LaplaceLikelihood, Parameters
from analysis.mixed.own_engine import fit_own

OK = "ok"
BOUNDARY = "boundary"
SEPARATED = "separated"
NOT_CONVERGED = "not_converged"
ENGINES_DISAGREE = "engines_disagree"

AGREEMENT = 5e-3
"""Largest difference of two engines in a coefficient or standard deviation."""

RECODING = 1e-4
"""Largest change of the log likelihood when the reference level changes."""

SEPARATION = 10.0
"""A coefficient or error beyond this, in log-odds, means a cell without variation."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FitConfig:
    """How a mixed fit is made and checked."""

    second_engine_up_to: int = 5_000
    """Responses up to which gpboost must agree. 0: never asked."""

    joint_up_to: int = 20_000
    """Responses up to which errors count the standard deviations as estimated."""


@dataclass(frozen=True, kw_only=True)
class MixedFit:
    """A fit and whether it may be believed."""

    status: str
    """`ok`, `boundary`, `separated`, `not_converged` or `engines_disagree`."""

    reason: str | None
    """A sentence, where status is not `ok`."""

    parameters: Parameters
    fixed_names: tuple[str, ...]
    random_names: tuple[str, ...]
    log_likelihood: float
    covariance: Covariance | None
    """None unless the status is `ok` or `boundary`."""

    engine: str
    second_engine: str | None
    """Engine that agreed or disagreed. None: not asked."""

    n_responses: int
    effects: Mapping[str, FloatArray] = field(default_factory=dict)
    """Term -> predicted random effects, log-odds, in the order of the codes."""

    effect_variances: Mapping[str, FloatArray] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def is_usable(self) -> bool:
        """Whether errors, intervals and p may be printed."""
        return self.status in (OK, BOUNDARY)

    @property
    def standard_errors(self) -> FloatArray:
        """(C,) of the coefficients; NaN where the fit is not usable."""
        n = len(self.fixed_names)
        if self.covariance is None:
            return np.full(n, np.nan)
        return np.sqrt(np.diag(self.covariance.matrix)[:n])

    @property
    def aic(self) -> float:
        """Akaike's criterion."""
        return 2 * (sum(map(len, self.parameters)) - self.log_likelihood)


def fit_mixed(
    problem: MixedProblem,
    config: FitConfig | None = None,
    *,
    recoded: MixedProblem | None = None,
) -> MixedFit:
    """Fit by our own engine, then try to shake the result.

    Args:
        recoded: the same rows with another reference level. None: not tried.

    Returns:
        The fit with the first status that applies.
    """
    config = config or FitConfig()
    likelihood = LaplaceLikelihood(problem.response, problem.fixed, problem.groups)
    found = fit_own(problem, likelihood=likelihood)
    second = _second_opinion(problem, config, found)
    status, reason = _judge(problem, found, second, recoded)
    covariance, usable = None, status in (OK, BOUNDARY)
    effects: Mapping[str, FloatArray] = {}
    variances: Mapping[str, FloatArray] = {}
    if usable:
        covariance = _covariance(likelihood, found, joint=_is_joint(problem, config))
        if covariance is None:
            status, reason = (
                NOT_CONVERGED,
                "The curvature at the optimum is not positive.",
            )
        elif _is_separated(found, covariance):
            status, reason, covariance = SEPARATED, SEPARATED_REASON, None
        else:
            at = likelihood.evaluate(found.parameters)
            effects, variances = at.effects, at.variances
    return MixedFit(
        status=status,
        reason=reason,
        parameters=found.parameters,
        fixed_names=problem.fixed_names,
        random_names=tuple(problem.groups),
        log_likelihood=found.log_likelihood,
        covariance=covariance,
        engine=found.engine,
        second_engine=second.engine if second else None,
        n_responses=len(problem.response),
        effects=effects,
        effect_variances=variances,
        warnings=found.warnings + (second.warnings if second else ()),
    )


NO_CURVATURE_REASON = "The likelihood is not curved at the optimum."
SEPARATED_REASON = (
    "A coefficient or its error lies beyond 10 log-odds: some cell is all right or all "
    "wrong. Read the two-way robust result instead."
)


def _is_joint(problem: MixedProblem, config: FitConfig) -> bool:
    return len(problem.response) <= config.joint_up_to


def _second_opinion(
    problem: MixedProblem, config: FitConfig, found: EngineFit
) -> EngineFit | None:
    """What gpboost finds; where it ended lower than we did, what it makes of our end.

    Near a variance of 0 it stops on a slope at times. If it stays where we ended, the
    two agree on the optimum; if it climbs on, they do not.
    """
    if len(problem.response) > config.second_engine_up_to or not is_gpboost_installed():
        return None
    second = fit_gpboost(problem)
    lower = found.log_likelihood - second.log_likelihood
    if not second.has_converged or lower <= 0 or _gap(found, second) <= AGREEMENT:
        return second
    again = fit_gpboost(problem, start=found.parameters)
    said = (
        f"{second.engine} ended at a log likelihood {lower:.2g} lower, and was started "
        "again from the optimum found."
    )
    return replace(again, warnings=(*second.warnings, said, *again.warnings))


def _judge(
    problem: MixedProblem,
    found: EngineFit,
    second: EngineFit | None,
    recoded: MixedProblem | None,
) -> tuple[str, str | None]:
    if not found.has_converged:
        return NOT_CONVERGED, "The optimisation ended before its optimum."
    if np.abs(found.parameters.coefficients).max() > SEPARATION:
        return SEPARATED, SEPARATED_REASON
    if second is not None and not second.has_converged:
        return NOT_CONVERGED, f"{second.engine} stopped before its optimum, twice."
    if second is not None and (gap := _gap(found, second)) > AGREEMENT:
        return ENGINES_DISAGREE, (
            f"{found.engine} and {second.engine} differ by {gap:.2g} in an estimate; "
            f"at most {AGREEMENT:g} is allowed."
        )
    if (
        recoded is not None
        and (change := _recoding(problem, found, recoded)) > RECODING
    ):
        return NOT_CONVERGED, (
            f"Another reference level changed the log likelihood by {change:.2g}."
        )
    at_zero = [
        name
        for name, sd in zip(problem.groups, found.parameters.sds, strict=True)
        if sd < SD_BOUNDARY
    ]
    if at_zero:
        return BOUNDARY, (
            f"The standard deviation of {', '.join(at_zero)} is estimated as 0; the "
            "term stays, and no error is given for its variance."
        )
    return OK, None


def _gap(first: EngineFit, second: EngineFit) -> float:
    one, other = np.concatenate(first.parameters), np.concatenate(second.parameters)
    return float(np.abs(one - other).max())


def _recoding(problem: MixedProblem, found: EngineFit, recoded: MixedProblem) -> float:
    """Change of the log likelihood when fitted anew from where it ended."""
    linear = problem.fixed @ found.parameters.coefficients
    coefficients: FloatArray = np.linalg.lstsq(recoded.fixed, linear)[0].astype(float)
    again = fit_own(recoded, start=Parameters(coefficients, found.parameters.sds))
    return abs(again.log_likelihood - found.log_likelihood)


def _covariance(
    likelihood: LaplaceLikelihood, found: EngineFit, *, joint: bool
) -> Covariance | None:
    compute = joint_covariance if joint else held_covariance
    try:
        return compute(likelihood, found.parameters)
    except (np.linalg.LinAlgError, NotConvergedError):
        return None


def _is_separated(found: EngineFit, covariance: Covariance) -> bool:
    n = len(found.parameters.coefficients)
    errors = np.sqrt(np.diag(covariance.of_coefficients(n)))
    return bool(errors.max() > SEPARATION)
