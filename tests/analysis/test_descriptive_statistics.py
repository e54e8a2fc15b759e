"""Laws of the descriptive statistics, and cases worked out by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from analysis.agreement import error_consistency, pairwise_consistency
from analysis.confidence import auroc2, predicted_by_others
from analysis.crossed import count_crossed
from analysis.errors import ConfigError
from analysis.meta_d import fit_meta_d
from analysis.paired_tests import min_f, paired_t, wilcoxon
from analysis.psychometric import CHANCE, PsychometricCurve, fit_psychometric
from analysis.reliability import (
    disattenuated,
    intraclass_correlation,
    pearson,
    split_half,
)
from analysis.response_time import accuracy_by_speed, flag_times
from analysis.sequential import conditional_alpha, group_sequential_bounds
from analysis.shrinkage import shrink_scores
from analysis.signal_detection import detection_by


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_confidence_without_insight_has_an_auroc2_of_one_half() -> None:
    assert float(auroc2([3, 3, 3], [1, 1, 1])) == 0.5
    assert float(auroc2([0, 0, 4], [2, 0, 0])) == 1.0
    assert float(auroc2([4, 0, 0], [0, 0, 2])) == 0.0


def test_a_participant_does_not_enter_their_own_mapping_of_confidence() -> None:
    right, wrong = np.array([[1.0, 0], [3.0, 1]]), np.array([[1.0, 0], [1.0, 0]])

    predicted = predicted_by_others(right, wrong)

    # Of the second: level 1 is 3 of 4, level 2 is 1 of 1. Of the first: 1 of 2, and
    # nothing at level 2, so the share over all levels, 1 of 2.
    assert predicted.tolist() == [[0.75, 1.0], [0.5, 0.5]]


def test_two_perfect_observers_have_no_error_consistency() -> None:
    """7"""
    assert math.isnan(error_consistency(1, 1, 1).kappa)
    assert error_consistency(0.5, 0.5, 1.0).kappa == 1


def test_pairs_of_observers_agree_as_one_pair_at_a_time() -> None:
    right = (rng().random((5, 40)) < 0.7).astype(float)
    asked = (rng().random((5, 40)) < 0.8).astype(float)

    found = pairwise_consistency(right, asked)

    both = (asked[0] * asked[1]) > 0
    one, two = right[0][both], right[1][both]
    expected = error_consistency(one.mean(), two.mean(), (one == two).mean())
    assert found.kappa[0, 1] == pytest.approx(expected.kappa)
    assert found.n_common[0, 1] == both.sum()
    assert np.isnan(np.diag(found.kappa)).all()
    assert pairwise_consistency(right, asked, min_common=99).kappa[0, 1] is not None


def test_scores_that_everyone_repeats_are_fully_reliable() -> None:
    right = np.tile([0.0, 1, 2, 4], (6, 1))

    half = split_half(right, np.full((6, 4), 4.0), rng=rng())

    assert half.is_exhaustive
    assert half.n_splits == 10  # 6 choose 3, each split once
    assert half.correlation == pytest.approx(1)
    assert half.reliability == pytest.approx(1)


def test_scores_that_do_not_vary_have_no_reliability() -> None:
    """7"""
    half = split_half(np.ones((6, 4)), np.ones((6, 4)), rng=rng())

    assert math.isnan(half.reliability)
    assert math.isnan(
        split_half(np.ones((1, 4)), np.ones((1, 4)), rng=rng()).reliability
    )
    assert math.isnan(pearson(np.ones(5), np.arange(5.0)))
    assert math.isnan(disattenuated(0.5, -0.1, 0.5))


def test_negative_intraclass_correlations_stay_negative() -> None:
    """7"""
    assert intraclass_correlation([[1.0, 2.0], [2.0, 1.0], [1.5, 1.6]]).icc1 < 0
    with pytest.raises(ConfigError, match="full table"):
        intraclass_correlation([[1, 2]])


def test_more_people_do_not_change_a_seeded_split() -> None:
    right = (rng().random((30, 8)) < np.linspace(0.2, 0.9, 8)).astype(float)

    first = split_half(right, np.ones((30, 8)), rng=rng())
    again = split_half(right, np.ones((30, 8)), rng=rng())

    assert first == again
    assert first.n_splits == 1000
    assert 0.4 < first.reliability < 1


def times_of(*values: float) -> pd.DataFrame:
    return pd.DataFrame({"participant_id": "p", "rt_ms": values})


def test_times_are_flagged_by_what_is_wrong_with_them() -> None:
    """4.11, 7"""
    flags = flag_times(
        times_of(0, -5, float("nan"), 200, 1200, 2300, 2900, 3100, 4000, 5500, 60_000)
    )

    assert flags.tolist() == [*["missing"] * 3, "too_fast", *[""] * 6, "too_slow"]


def test_where_times_do_not_vary_none_is_an_outlier() -> None:
    """7"""
    assert set(flag_times(times_of(*[1000] * 9, 9000))) == {""}


def test_speed_is_judged_within_each_person() -> None:
    quick = pd.DataFrame({"participant_id": "q", "rt_ms": np.arange(1.0, 11)})
    slow = pd.DataFrame({"participant_id": "s", "rt_ms": np.arange(1001.0, 1011)})
    rows = pd.concat([quick, slow]).assign(condition="natural", is_correct=True)

    table = accuracy_by_speed(rows)

    assert table["n_responses"].tolist() == [4] * 5


def test_few_answers_make_fewer_parts_that_all_hold_the_same_number() -> None:
    """Fifths of three answers would hold hundreds of people, or a single one."""
    three = [
        pd.DataFrame({"participant_id": name, "rt_ms": [1.0, 2.0, 2.0]})
        for name in "abcdef"
    ]
    two = pd.DataFrame({"participant_id": "g", "rt_ms": [1.0, 2.0]})
    rows = pd.concat([*three, two]).assign(condition="natural", is_correct=True)
    rows["is_correct"] = rows["rt_ms"] < 2

    table = accuracy_by_speed(rows)

    assert table["n_speed_bins"].tolist() == [3] * 3
    assert table["n_responses"].tolist() == [6] * 3
    assert table["accuracy"].tolist() == [1, 0, 0]


def test_one_answer_each_has_no_faster_part() -> None:
    rows = pd.DataFrame({"participant_id": ["a", "b"], "rt_ms": [1.0, 2.0]})

    assert accuracy_by_speed(rows.assign(condition="natural", is_correct=True)).empty


def test_a_planted_psychometric_curve_is_found_again() -> None:
    planted = PsychometricCurve(30.0, 0.1, 0.05, 0.0, is_converged=True)
    x = rng().uniform(0, 100, 4000)
    right = (np.random.default_rng(1).random(4000) < planted.at(x)).astype(float)

    found = fit_psychometric(x, right)

    assert found is not None
    assert found.is_converged
    assert found.threshold == pytest.approx(30, abs=4)
    assert found.lapse == pytest.approx(0.05, abs=0.03)
    assert found.at(np.array([-1e3]))[0] == pytest.approx(CHANCE)
    assert fit_psychometric(np.ones(50), right[:50]) is None


def test_scores_are_pulled_to_their_mean_the_more_the_fewer_the_answers() -> None:
    right = np.array([9.0, 90, 6, 60, 7, 70, 5, 0])
    asked = np.array([10.0, 100, 10, 100, 10, 100, 10, 0])

    found = shrink_scores(right, asked)

    assert found is not None
    assert found.value[0] < found.value[1] < 0.9
    assert found.value[7] == pytest.approx(found.mean)
    assert ((found.low < found.value) & (found.value < found.high)).all()
    assert shrink_scores(right[:1], asked[:1]) is None


def test_features_that_differ_by_chance_alone_are_pulled_together() -> None:
    right = np.random.default_rng(3).binomial(40, 0.8, 60).astype(float)

    found = shrink_scores(right, np.full(60, 40.0))

    assert found is not None
    assert np.ptp(found.value) < np.ptp(right / 40) / 2


def test_paired_tests_of_nothing_are_undefined() -> None:
    """7"""
    for values in ([], [0.1], [0.2, 0.2]):
        assert math.isnan(paired_t(np.array(values)).p)
    assert math.isnan(wilcoxon(np.zeros(3)).p)


def test_wilcoxon_drops_zeros_and_says_how_many() -> None:
    """6.2"""
    found = wilcoxon(np.array([1, 2, 3, 4, 5, -1.5, 0]))

    assert found == (2.0, 1, 0.09375)


def test_min_f_is_below_both_of_its_parts() -> None:
    people, features = (
        paired_t(rng().normal(1, 1, 20)),
        paired_t(rng().normal(1, 2, 30)),
    )

    joined = min_f(people, features)

    assert joined.f < min(people.t**2, features.t**2)
    assert joined.p > max(people.p, features.p)


def test_one_look_is_the_ordinary_test() -> None:
    assert group_sequential_bounds("pocock", 1) == pytest.approx([1.959964], abs=1e-4)
    assert conditional_alpha(group_sequential_bounds("pocock", 2)) == pytest.approx(
        [0.0294, 0.0294], abs=1e-4
    )
    with pytest.raises(ConfigError, match="at least 1 look"):
        group_sequential_bounds("pocock", 0)


def test_confidence_by_chance_has_no_meta_sensitivity() -> None:
    found = fit_meta_d([20, 20, 20, 10, 10, 10], [10, 10, 10, 20, 20, 20])

    assert found.d_prime > 0.5
    assert found.meta_d_prime == pytest.approx(0, abs=0.05)
    with pytest.raises(ConfigError, match="two lists of 2 L counts"):
        fit_meta_d([1, 2, 3], [1, 2, 3])


def test_a_side_that_was_never_correct_leaves_sensitivity_undefined() -> None:
    rows = pd.DataFrame(
        {"condition": "natural", "choice": ["left"] * 4, "correct_option": "left"}
    )

    table = detection_by(rows, ["condition"])

    assert table["accuracy"].tolist() == [1.0]
    assert table["d_prime"].isna().all()


def test_turning_the_sides_turns_the_criterion_and_keeps_sensitivity() -> None:
    sides = np.array(["left", "right"])
    draw = rng()
    rows = pd.DataFrame(
        {
            "condition": "natural",
            "choice": sides[draw.integers(0, 2, 200)],
            "correct_option": sides[draw.integers(0, 2, 200)],
        }
    )
    turned = rows.replace({"left": "right", "right": "left"})

    one, two = (detection_by(table, ["condition"]).iloc[0] for table in (rows, turned))

    assert one["d_prime"] == pytest.approx(two["d_prime"])
    assert one["criterion"] == pytest.approx(-two["criterion"])


def test_counting_is_exact_for_unnamed_conditions() -> None:
    empty = pd.DataFrame(
        columns=["participant_id", "feature_id", "condition", "is_correct"]
    )

    assert count_crossed(empty, ["natural"]).n_responses.shape == (1, 0, 0)
