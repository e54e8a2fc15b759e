"""Each guard of the primary fit (3.4)."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from analysis.mixed import fit as fit_module
from analysis.mixed import gpboost_engine, own_engine
from analysis.mixed.design import build_design
from analysis.mixed.engine import EngineFit, MixedProblem
from analysis.mixed.fit import FitConfig, fit_mixed
from analysis.mixed.laplace import Parameters
from analysis.threads import N_THREADS
from tests.analysis.mixed.problems import drawn_problem, drawn_responses

ALONE = FitConfig(second_engine_up_to=0)


class RecordedModel:
    """Stands in for the engine and keeps what it was asked."""

    asked: list[dict[str, Any]] = []  # noqa: RUF012
    says = ""

    def __init__(self, **options: Any) -> None:
        self.asked.append(options)

    def fit(self, *, params: dict[str, Any], **data: Any) -> None:
        self.asked[-1]["params"] = params
        self.n_fixed = data["X"].shape[1]
        if self.says:
            from gpboost import basic

            basic._LOGGER.info(self.says)

    def get_cov_pars(self, *, format_pandas: bool) -> Any:
        return np.full((1, self.asked[-1]["group_data"].shape[1]), 0.25)

    def get_coef(self, *, format_pandas: bool) -> Any:
        return np.zeros((1, self.n_fixed))

    def get_current_neg_log_likelihood(self) -> float:
        return 1.0


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> type[RecordedModel]:
    model = type("Model", (RecordedModel,), {"asked": []})
    monkeypatch.setattr("gpboost.GPModel", model)
    return model


def test_the_engine_never_takes_its_approximate_path(
    recorded: type[RecordedModel],
) -> None:
    gpboost_engine.fit_gpboost(drawn_problem())

    asked = recorded.asked[0]
    assert asked["matrix_inversion_method"] == "cholesky"
    assert asked["params"]["delta_rel_conv"] == 1e-10
    assert asked["num_parallel_threads"] == N_THREADS
    assert "std_dev" not in asked["params"]


def test_an_early_stop_is_tried_again_and_then_not_believed(
    recorded: type[RecordedModel],
) -> None:
    recorded.says = "the optimizer 'lbfgs' has terminated after its first iteration"

    fit = gpboost_engine.fit_gpboost(drawn_problem())

    restarts = [asked["params"]["max_num_restarts_lbfgs"] for asked in recorded.asked]
    assert restarts == [0, 3]
    assert not fit.has_converged
    assert fit.warnings == (recorded.says,)


def answered(**changes: Any) -> EngineFit:
    own = own_engine.fit_own(drawn_problem())
    return replace(own, **{"engine": "another", **changes})


def test_engines_that_disagree_print_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    found = own_engine.fit_own(drawn_problem()).parameters
    moved = Parameters(found.coefficients + 0.006, found.sds)
    monkeypatch.setattr(fit_module, "fit_gpboost", lambda _: answered(parameters=moved))

    fit = fit_mixed(drawn_problem())

    assert fit.status == "engines_disagree"
    assert "0.006" in str(fit.reason)
    assert np.isnan(fit.standard_errors).all()


@pytest.mark.parametrize(
    ("moves_on", "status"), [(0.0, "boundary"), (0.006, "engines_disagree")]
)
def test_a_second_engine_that_ended_lower_must_stay_at_our_optimum(
    monkeypatch: pytest.MonkeyPatch, moves_on: float, status: str
) -> None:
    own = own_engine.fit_own(drawn_problem())
    low = Parameters(own.parameters.coefficients, own.parameters.sds + 0.02)

    def second(_: MixedProblem, *, start: Parameters | None = None) -> EngineFit:
        if start is None:
            return answered(parameters=low, log_likelihood=own.log_likelihood - 0.002)
        return answered(parameters=Parameters(start.coefficients + moves_on, start.sds))

    monkeypatch.setattr(fit_module, "fit_gpboost", second)

    fit = fit_mixed(drawn_problem())

    assert fit.status == status
    assert any("0.002 lower" in text for text in fit.warnings)


def test_a_second_engine_that_stopped_early_prints_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stopped = answered(has_converged=False, warnings=("it stopped",))
    monkeypatch.setattr(fit_module, "fit_gpboost", lambda _: stopped)

    fit = fit_mixed(drawn_problem())

    assert fit.status == "not_converged"
    assert fit.covariance is None
    assert "it stopped" in fit.warnings


def test_without_the_second_engine_the_own_fit_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """18: works without gpboost."""
    monkeypatch.setattr(fit_module, "is_gpboost_installed", lambda: False)

    fit = fit_mixed(drawn_problem())

    assert fit.is_usable
    assert fit.second_engine is None


def test_another_reference_level_gives_the_same_likelihood() -> None:
    rows = drawn_responses()
    other = build_design(rows, reference="other_3").problem

    fit = fit_mixed(build_design(rows).problem, ALONE, recoded=other)

    assert fit.is_usable


def test_a_likelihood_that_recoding_changes_is_not_believed() -> None:
    problem = drawn_problem()
    other = replace(problem, fixed=problem.fixed[:, :-1])

    fit = fit_mixed(problem, ALONE, recoded=other)

    assert fit.status == "not_converged"
    assert "reference level" in str(fit.reason)


def test_a_variance_of_nothing_is_at_the_boundary_and_has_no_error() -> None:
    """The term stays (3.1), its error is meaningless (3.4)."""
    problem = drawn_problem()
    rng = np.random.default_rng(0)
    coin = np.where(rng.random(len(problem.response)) < 0.7, 1.0, 0.0)
    noise = replace(problem, response=coin)

    fit = fit_mixed(noise, ALONE)

    at_zero = fit.parameters.sds < 1e-3
    assert fit.status == "boundary"
    assert at_zero.any()
    assert fit.random_names == tuple(problem.groups)
    assert fit.covariance is not None
    errors = np.diag(fit.covariance.matrix)[len(fit.fixed_names) :]
    assert np.isnan(errors[at_zero]).all()
    assert np.isfinite(fit.standard_errors).all()


def test_a_cell_that_is_all_right_separates_the_fit() -> None:
    problem: MixedProblem = drawn_problem()
    inside = problem.fixed[:, 1] == 1
    certain = replace(problem, response=np.maximum(inside, problem.response))

    fit = fit_mixed(certain, ALONE)

    assert fit.status == "separated"
    assert "two-way robust" in str(fit.reason)
    assert np.isnan(fit.standard_errors).all()
