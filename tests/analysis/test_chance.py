"""Chance, base rates, evidence, equivalence (analyses 6 to 8)."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from analysis.bayes_factors import (
    beta_binomial_bayes_factor,
    savage_dickey,
    sequential_bayes_factors,
)
from analysis.chance import conditions_against_base_rates, features_against_chance
from analysis.equivalence import equivalence_table, two_one_sided
from analysis.multiplicity import benjamini_hochberg
from analysis.proportions import exact_binomial
from tests.analysis.mixed.problems import drawn_responses


@pytest.fixture(scope="module")
def groups(shared_data: Path) -> dict[str, Any]:
    content = json.loads((shared_data / "reference_cases.json").read_text())
    found: dict[str, Any] = content["groups"]
    return found


def test_bayes_factors_are_the_published_ones(groups: dict[str, Any]) -> None:
    group = groups["bayes_factors"]

    for case in group["cases"]:
        n = case["inputs"]["n_correct"], case["inputs"]["n_responses"]
        found = beta_binomial_bayes_factor(*n)._asdict()
        assert found == pytest.approx(
            case["expected"], rel=group["relative_tolerance"], abs=1e-6
        )


@pytest.mark.parametrize(
    ("estimate", "error", "prior_sd"), [(0.5, 0.2, 0.5), (0.0, 0.3, 1.0), (-2, 0.5, 2)]
)
def test_evidence_on_a_contrast_is_its_likelihood_averaged_over_the_prior(
    estimate: float, error: float, prior_sd: float
) -> None:
    """4.8"""
    under_prior, _ = integrate.quad(
        lambda true: (
            stats.norm.pdf(estimate, true, error) * stats.norm.pdf(true, 0, prior_sd)
        ),
        *(-20, 20),
        points=[0, estimate],
    )
    expected = under_prior / stats.norm.pdf(estimate, 0, error)

    assert savage_dickey(estimate, error, prior_sd=prior_sd) == pytest.approx(expected)


def test_overwhelming_evidence_is_a_large_number_and_no_fault() -> None:
    factor = beta_binomial_bayes_factor(9_000, 10_000).bf10

    assert factor > 1e300
    assert sequential_bayes_factors(np.ones(2_000))[-1] == factor


def test_evidence_grows_with_every_answer_to_that_of_all() -> None:
    answers = np.array([1, 1, 0, 1, 1, 1, 0, 1], dtype=float)

    path = sequential_bayes_factors(answers)

    assert path[0] == pytest.approx(1)  # one answer says nothing
    assert path[-1] == pytest.approx(beta_binomial_bayes_factor(6, 8).bf10)


def test_paired_equivalence_is_the_published_one(groups: dict[str, Any]) -> None:
    for case in groups["equivalence_paired"]["cases"]:
        given, expected = case["inputs"], case["expected"]
        d = np.subtract(given["a"], given["b"])

        found = two_one_sided(
            float(d.mean()),
            float(d.std(ddof=1) / math.sqrt(len(d))),
            len(d) - 1,
            bounds=(given["low"], given["high"]),
        )

        assert found.p_above_low == pytest.approx(expected["p_above_low"], abs=1e-9)
        assert found.p_below_high == pytest.approx(expected["p_below_high"], abs=1e-9)
        assert found.p == pytest.approx(expected["p_equivalence"], abs=1e-9)
        assert [found.low, found.high] == pytest.approx(
            expected["interval_90"], abs=1e-9
        )


def test_equivalence_of_a_fit_that_printed_nothing_is_not_claimed() -> None:
    contrasts = pd.DataFrame(
        {
            "first": ["a", "a"],
            "second": ["b", "c"],
            "stratum": ["far", "far"],
            "difference": [0.001, np.nan],
            "difference_error": [0.01, np.nan],
            "df": [20, 20],
        }
    )

    table = equivalence_table(contrasts)

    assert table["is_equivalent"].tolist() == [True, False]
    assert table["is_not_superior"].tolist() == [True, False]
    # |difference| < bound with the 90 % interval inside, both or neither.
    assert table["high"].iloc[0] < 0.05


def test_features_are_tested_exactly_and_corrected_within_their_condition() -> None:
    rows = drawn_responses()

    table = features_against_chance(rows)

    one = table.iloc[0]
    expected = exact_binomial(one["n_correct"], one["n_responses"]).p_two_sided
    assert one["p"] == expected
    family = table.loc[table["condition"] == one["condition"]]
    assert family["p_benjamini_hochberg"].to_numpy() == pytest.approx(
        benjamini_hochberg(family["p"].to_numpy())
    )
    assert (table["p_benjamini_yekutieli"] >= table["p_benjamini_hochberg"]).all()


def test_conditions_are_compared_on_the_pairs_both_were_shown_with() -> None:
    rows = drawn_responses()
    rows["condition"] = rows["condition"].replace("other_3", "seed_only")
    first = sorted(rows["query_pair_id"].unique())[0]
    kept = (rows["condition"] != "seed_only") | (rows["query_pair_id"] != first)

    table = conditions_against_base_rates(
        rows.loc[kept], ["accentuation", "other_1", "seed_only"]
    )

    assert table["base_rate"].tolist() == ["seed_only", "seed_only"]
    assert table["condition"].tolist() == ["accentuation", "other_1"]
    assert (table["n_pairs"] == rows["query_pair_id"].nunique() - 1).all()
    assert (table["low"] < table["difference"]).all()


def test_without_a_base_rate_there_is_an_empty_table() -> None:
    table = conditions_against_base_rates(drawn_responses(), ["accentuation"])

    assert table.empty
    assert "difference" in table
