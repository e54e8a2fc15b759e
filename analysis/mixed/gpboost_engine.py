"""The engine gpboost, pinned to the settings under which it agrees with lme4."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

import numpy as np

from analysis.mixed.engine import EngineFit, MixedProblem
from analysis.mixed.laplace import Parameters
from analysis.threads import N_THREADS

DELTA_REL_CONV = 1e-10
"""The default tolerance leaves 3e-3 in the coefficients."""

FIRST_ITERATION = "terminated after its first iteration"
RESTARTS = 3


def is_gpboost_installed() -> bool:
    """Whether the engine can be imported."""
    return find_spec("gpboost") is not None


def fit_gpboost(problem: MixedProblem, *, start: Parameters | None = None) -> EngineFit:
    """Maximize the Laplace likelihood with gpboost; restart it where it stopped early.

    Always with `matrix_inversion_method="cholesky"`: the default takes an approximate
    path for crossed groups.

    Source: Sigrist (2022), Gaussian process boosting, J. Mach. Learn. Res. 23(232).
    """
    fit = _fit_once(problem, start, n_restarts=0)
    if not any(FIRST_ITERATION in text for text in fit.warnings):
        return fit
    return _fit_once(problem, start, n_restarts=RESTARTS)


def _fit_once(
    problem: MixedProblem, start: Parameters | None, *, n_restarts: int
) -> EngineFit:
    import gpboost

    model = gpboost.GPModel(
        group_data=np.column_stack(list(problem.groups.values())),
        likelihood="bernoulli_logit",
        matrix_inversion_method="cholesky",
        num_parallel_threads=N_THREADS,
    )
    params: dict[str, object] = {
        "delta_rel_conv": DELTA_REL_CONV,
        "max_num_restarts_lbfgs": n_restarts,
    }
    if start is not None:
        params["init_coef"] = np.array(start.coefficients)
        params["init_cov_pars"] = np.maximum(start.sds, 1e-4) ** 2
    with _listening() as said:
        model.fit(y=problem.response, X=problem.fixed, params=params)
    variances = model.get_cov_pars(format_pandas=False).ravel()
    early = any(FIRST_ITERATION in text for text in said)
    return EngineFit(
        engine=f"gpboost {gpboost.__version__}",
        parameters=Parameters(
            model.get_coef(format_pandas=False).ravel(), np.sqrt(variances)
        ),
        log_likelihood=-float(model.get_current_neg_log_likelihood()),
        has_converged=not early and not any("did not converge" in t for t in said),
        warnings=tuple(dict.fromkeys(said)),
    )


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage().strip())


@contextmanager
def _listening() -> Iterator[list[str]]:
    """What the engine's C++ code says meanwhile, which else goes to standard output."""
    import gpboost

    logger, collector = logging.Logger("gpboost"), _Collector()
    logger.addHandler(collector)
    gpboost.register_logger(logger)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        yield collector.said
    collector.said += [str(warning.message) for warning in warned]
