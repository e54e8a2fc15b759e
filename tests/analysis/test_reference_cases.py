"""Verified numbers of `reference_cases.json` for everything built so far."""

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.bootstrap import accuracies_under_weights
from analysis.catch_trials import pass_probability
from analysis.crossed import CrossedCounts
from analysis.hypotheses import sign_flips
from analysis.intervals import FloatArray, clopper_pearson, percentile_ends, wilson
from analysis.multiplicity import holm
from analysis.two_way import influence_on_accuracy, two_way_variance

Group = dict[str, Any]


@pytest.fixture(scope="module")
def groups(shared_data: Path) -> dict[str, Group]:
    content = json.loads((shared_data / "reference_cases.json").read_text())
    found: dict[str, Group] = content["groups"]
    return found


def counts_of(n_correct: FloatArray, n_responses: FloatArray) -> CrossedCounts:
    """One condition of (P, F) counts."""
    people, features = n_correct.shape
    return CrossedCounts(
        conditions=("all",),
        participant_ids=tuple(map(str, range(people))),
        feature_ids=tuple(map(str, range(features))),
        n_correct=n_correct[None],
        n_responses=n_responses[None],
    )


def every_draw(n: int) -> FloatArray:
    """(n**n, n) weights of all ordered draws of n units with replacement."""
    draws = itertools.product(range(n), repeat=n)
    return np.array([np.bincount(d, minlength=n) for d in draws], dtype=np.float64)


def test_wilson_and_clopper_pearson_are_the_published_ones(
    groups: dict[str, Group],
) -> None:
    group = groups["proportion_intervals"]

    for case in group["cases"]:
        given, expected = case["inputs"], case["expected"]
        n = given["n_correct"], given["n_responses"]
        for function in (wilson, clopper_pearson):
            ends = [float(e) for e in function(*n, level=given["confidence_level"])]
            wanted = expected[function.__name__]
            assert ends == pytest.approx(wanted, abs=group["absolute_tolerance"])


def test_holm_is_the_published_one(groups: dict[str, Group]) -> None:
    group = groups["multiple_testing"]

    for case in group["cases"]:
        adjusted = list(holm(case["inputs"]["p"]))
        wanted = case["expected"]["holm"]
        assert adjusted == pytest.approx(wanted, abs=group["absolute_tolerance"])


def test_sign_flips_count_every_flip(groups: dict[str, Group]) -> None:
    for case in groups["exact_sign_flip"]["cases"]:
        differences = np.array(case["inputs"]["differences"])

        flips = sign_flips(differences, n_flips=100, rng=np.random.default_rng(0))

        expected = case["expected"]
        assert flips.n_at_least_as_extreme == expected["n_at_least_as_extreme"]
        assert flips.n_flips == expected["n_flips"]
        assert flips.p == pytest.approx(expected["p"], abs=1e-12)


def test_participant_bootstrap_over_all_resamples(groups: dict[str, Group]) -> None:
    cases = {case["id"]: case for case in groups["enumerated_bootstraps"]["cases"]}
    equal = cases["clusters_equal_size_mean_of_means"]
    clusters = equal["inputs"]["clusters"].values()
    n_correct = np.array([[c["n_correct"]] for c in clusters], dtype=np.float64)
    n_responses = np.array([[c["n_responses"]] for c in clusters], dtype=np.float64)

    all_resamples = accuracies_under_weights(
        counts_of(n_correct, n_responses), every_draw(4)
    )[:, 0]

    expected = equal["expected"]
    assert len(all_resamples) == expected["n_resamples"]
    assert all_resamples.mean() == pytest.approx(expected["estimate"], abs=1e-9)
    assert all_resamples.std() == pytest.approx(expected["sd"], abs=1e-9)
    assert percentile_ends(all_resamples) == pytest.approx(
        expected["percentiles_inverted_cdf"], abs=1e-9
    )
    assert len(np.unique(all_resamples.round(9))) == expected["n_distinct_values"]


def test_people_weigh_the_same_however_many_answers_they_gave(
    groups: dict[str, Group],
) -> None:
    cases = {case["id"]: case for case in groups["enumerated_bootstraps"]["cases"]}
    unequal = cases["clusters_unequal_size_pooled_ratio"]
    clusters = unequal["inputs"]["clusters"].values()
    counts = counts_of(
        np.array([[c["n_correct"]] for c in clusters], dtype=np.float64),
        np.array([[c["n_responses"]] for c in clusters], dtype=np.float64),
    )

    assert counts.accuracy()[0] == pytest.approx(
        unequal["expected"]["mean_of_cluster_means"], abs=1e-9
    )


def test_two_way_bootstrap_over_all_resamples(groups: dict[str, Group]) -> None:
    cases = {case["id"]: case for case in groups["enumerated_bootstraps"]["cases"]}
    case = cases["two_way_3_by_3"]
    n_correct = np.array(case["inputs"]["is_correct"], dtype=np.float64)
    pairs = list(itertools.product(every_draw(3), repeat=2))

    all_resamples = accuracies_under_weights(
        counts_of(n_correct, np.ones((3, 3))),
        np.array([people for people, _ in pairs]),
        np.array([features for _, features in pairs]),
    )[:, 0]

    expected = case["expected"]
    assert len(all_resamples) == expected["n_resamples"]
    assert all_resamples.mean() == pytest.approx(expected["estimate"], abs=1e-9)
    assert all_resamples.std() == pytest.approx(expected["sd"], abs=1e-9)
    assert percentile_ends(all_resamples) == pytest.approx(
        expected["percentiles_inverted_cdf"], abs=1e-9
    )


def test_two_way_cluster_robust_variance_has_its_three_parts(
    groups: dict[str, Group],
) -> None:
    group = groups["two_way_cluster_robust"]

    for case in group["cases"]:
        right = np.array(case["inputs"]["is_correct"], dtype=np.float64)
        asked = np.ones_like(right)
        variance = two_way_variance(influence_on_accuracy(right, asked), asked)
        found = {
            "estimate": float(counts_of(right, asked).accuracy()[0]),
            "variance_participants": variance.participants,
            "variance_features": variance.features,
            "variance_cells": variance.cells,
            "variance": variance.total,
            "standard_error": variance.standard_error,
        }
        wanted = case["expected"]
        assert found == pytest.approx(wanted, abs=group["absolute_tolerance"])


def test_catch_rules_let_in_whom_they_should(groups: dict[str, Group]) -> None:
    group = groups["catch_rules"]

    for case in group["cases"]:
        given = case["inputs"]
        for ability, expected in case["expected"]["pass_probability"].items():
            found = pass_probability(
                given["n_catch"], given["n_required"], float(ability)
            )
            assert found == pytest.approx(expected, abs=group["absolute_tolerance"])
