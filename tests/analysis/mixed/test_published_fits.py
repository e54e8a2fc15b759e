"""lme4, MixedModels.jl and jlme: the same numbers from two programs (6.4)."""

from pathlib import Path

import numpy as np
import pytest

from analysis.mixed.fit import FitConfig, MixedFit, fit_mixed
from analysis.mixed.gpboost_engine import fit_gpboost
from analysis.mixed.own_engine import fit_own
from tests.analysis.mixed.problems import published_case, published_problem

CASES = ["cbpp_herd", "cbpp_herd_and_observation", "verbagg_person_and_item"]
BINOMIAL_CONSTANT = 185.475659684
"""Log of the binomial coefficients that a fit of single answers leaves out."""


@pytest.fixture(scope="module", params=[*CASES, "verbagg_person"])
def published(
    request: pytest.FixtureRequest, shared_data: Path
) -> tuple[dict[str, object], MixedFit]:
    problem = published_problem(shared_data, request.param)
    fit = fit_mixed(problem, FitConfig(second_engine_up_to=0))
    return published_case(shared_data, request.param), fit


def test_the_likelihood_is_the_published_one(
    published: tuple[dict[str, dict[str, float]], MixedFit],
) -> None:
    case, fit = published
    expected = case["expected"]
    wanted = expected.get("log_likelihood", -expected.get("deviance", 0) / 2)
    constant = BINOMIAL_CONSTANT if str(case["id"]).startswith("cbpp") else 0.0

    assert fit.status == "ok"
    assert fit.log_likelihood + constant == pytest.approx(wanted, abs=1e-3)


def test_coefficients_and_deviations_are_the_published_ones(
    published: tuple[dict[str, dict[str, dict[str, float]]], MixedFit],
) -> None:
    case, fit = published
    expected = case["expected"]
    sds = expected.get("sd") or {
        name: value**0.5 for name, value in expected["variance"].items()
    }

    found = dict(zip(fit.fixed_names, fit.parameters.coefficients, strict=True))
    spread = dict(zip(fit.random_names, fit.parameters.sds, strict=True))

    assert found == pytest.approx(expected["coefficients"], abs=5e-3)
    assert spread == pytest.approx(sds, abs=5e-3)


def test_errors_are_the_published_joint_ones(
    published: tuple[dict[str, dict[str, dict[str, float]]], MixedFit],
) -> None:
    case, fit = published
    known = case["expected"].get("se_joint", {})

    found = dict(zip(fit.fixed_names, fit.standard_errors, strict=True))

    assert {name: found[name] for name in known} == pytest.approx(known, rel=2e-3)


@pytest.mark.parametrize("case_id", CASES)
def test_two_engines_agree(shared_data: Path, case_id: str) -> None:
    problem = published_problem(shared_data, case_id)

    own, second = fit_own(problem), fit_gpboost(problem)

    assert second.has_converged
    assert second.log_likelihood == pytest.approx(own.log_likelihood, abs=1e-3)
    assert np.concatenate(second.parameters) == pytest.approx(
        np.concatenate(own.parameters), abs=2e-3
    )
