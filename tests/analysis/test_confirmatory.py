"""The confirmatory family (3.2, 3.5)."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from analysis.confirmatory import (
    Confirmatory,
    ConfirmatoryPlan,
    analyse_confirmatory,
    family_table,
    fit_facts,
)
from analysis.errors import ConfigError
from analysis.mixed.fit import FitConfig
from analysis.mixed.marginal import mean_expit
from analysis.multiplicity import adjust_family
from tests.analysis.mixed.problems import drawn_responses

PLAN = ConfirmatoryPlan(
    contrasts=("other_1", "other_2", "other_3"), fit=FitConfig(second_engine_up_to=0)
)


@pytest.fixture(scope="module")
def found() -> Confirmatory:
    return analyse_confirmatory(drawn_responses(), PLAN)


def test_a_contrast_is_one_coefficient_with_its_sign_turned(
    found: Confirmatory,
) -> None:
    """The reference level is the headline condition, the stratum the planned one."""
    place = found.fit.fixed_names.index("condition[other_1]")
    row = found.contrasts.iloc[0]

    assert (row["first"], row["second"]) == ("accentuation", "other_1")
    assert row["stratum"] == "far"
    assert row["log_odds"] == -found.fit.parameters.coefficients[place]
    assert row["standard_error"] == pytest.approx(found.fit.standard_errors[place])
    assert row["odds_ratio"] == pytest.approx(math.exp(row["log_odds"]))


def test_t_has_as_many_degrees_as_the_scarcer_of_people_and_features(
    found: Confirmatory,
) -> None:
    row = found.contrasts.iloc[0]

    assert found.df == 11  # 24 people, 12 features
    t = row["log_odds"] / row["standard_error"]
    assert row["p"] == pytest.approx(2 * stats.t.sf(abs(t), 11))
    assert row["high"] - row["log_odds"] == pytest.approx(
        stats.t.ppf(0.975, 11) * row["standard_error"]
    )


def test_only_the_planned_stratum_is_confirmatory_and_holm_adjusted(
    found: Confirmatory,
) -> None:
    table = found.contrasts
    planned = table.loc[table["is_confirmatory"]]

    assert list(table["stratum"]) == ["far"] * 3 + ["average"] * 3
    assert planned["p_adjusted"].min() == pytest.approx(min(1, 3 * planned["p"].min()))
    assert table.loc[~table["is_confirmatory"], "p_adjusted"].isna().all()


def test_points_are_averaged_over_the_random_effects(found: Confirmatory) -> None:
    """3.5: not the difference of an average person."""
    fit, names = found.fit, found.fit.fixed_names
    beta, sd = fit.parameters.coefficients, np.hypot.reduce(fit.parameters.sds)
    covariates = found.design.problem.fixed[:, -2:] @ beta[-2:]
    here = beta[0] + covariates
    there = here + beta[names.index("condition[other_1]")]

    by_hand = (mean_expit(here, sd) - mean_expit(there, sd)).mean()

    row = found.contrasts.iloc[0]
    assert row["difference"] == pytest.approx(by_hand, abs=1e-12)
    assert row["difference_low"] < row["difference"] < row["difference_high"]
    assert "delta method" in row["difference_method"]


def test_contrasts_about_all_pairs_have_no_stratum_in_the_fit() -> None:
    together = analyse_confirmatory(drawn_responses(), replace(PLAN, stratum=None))

    assert together.design.strata == ()
    assert together.design.dropped[0].term == "stratum"
    assert together.contrasts["is_confirmatory"].all()
    assert len(together.contrasts) == 3


def test_gatekeeping_gives_the_first_contrast_the_full_alpha() -> None:
    p = np.array([0.03, 0.001, 0.04])

    assert adjust_family(p, "gatekeeping") == pytest.approx([0.03, 0.03, 0.04])
    assert adjust_family(p, "holm") == pytest.approx([0.06, 0.003, 0.06])


def test_nothing_is_printed_of_a_fit_that_did_not_converge(
    found: Confirmatory,
) -> None:
    broken = replace(found.fit, status="not_converged", covariance=None)

    table = family_table(found.design, broken, PLAN, df=found.df)
    facts = fit_facts(replace(found, fit=broken))

    printed = ["log_odds", "standard_error", "low", "high", "t", "p", "p_adjusted"]
    assert table[printed].isna().all().all()
    assert table["difference"].isna().all()
    assert facts["status"] == "not_converged"
    assert all(math.isnan(c["standard_error"]) for c in facts["coefficients"].values())


def test_the_facts_name_every_term_and_what_left(found: Confirmatory) -> None:
    facts = fit_facts(found)

    assert "(1 | feature_id:condition)" in facts["terms"]
    assert facts["dropped"] == []
    assert set(facts["standard_deviations"]) == set(found.fit.random_names)
    assert facts["covariance"] == "joint"


def test_refits_under_the_null_give_a_p_when_asked_for() -> None:
    plan = replace(PLAN, contrasts=("other_1",), n_refits=5, rng_seed=2)
    rows = drawn_responses(n_participants=32, n_features=16).assign(stratum="far")

    one = analyse_confirmatory(rows, plan).contrasts
    again = analyse_confirmatory(rows, plan).contrasts

    p = one["p_bootstrap"].iloc[0]
    assert p * 6 == pytest.approx(round(p * 6))
    assert p == again["p_bootstrap"].iloc[0]
    assert one["p_adjusted"].iloc[0] == p


@pytest.mark.parametrize(
    "changes", [{"correction": "none"}, {"level": 1.0}, {"n_refits": -1}]
)
def test_a_plan_that_cannot_be_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=next(iter(changes))):
        ConfirmatoryPlan(**changes)  # type: ignore[arg-type]
