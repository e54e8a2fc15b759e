"""Tests over people, over features, and of both joined (analysis 5)."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from analysis.paired_tests import min_f, paired_t, wilcoxon


def test_wilcoxon_drops_zeros_and_is_exact(shared_data: Path) -> None:
    content = json.loads((shared_data / "reference_cases.json").read_text())

    for case in content["groups"]["wilcoxon_signed_rank"]["cases"]:
        found = wilcoxon(np.array(case["inputs"]["differences"], dtype=float))
        expected = case["expected"]
        assert found.n_zero == expected["n_zero"]
        assert found.statistic == expected["statistic"]
        assert found.p == pytest.approx(expected["p_two_sided"], abs=1e-12)


def test_t_of_two_differences_by_hand() -> None:
    """Mean 2, SD sqrt(2), error 1, t 2 with 1 degree: p = 1 - 2 atan(2) / pi."""
    found = paired_t(np.array([1.0, 3.0]))

    assert (found.mean, found.df) == (2, 1)
    assert found.t == pytest.approx(2)
    assert found.p == pytest.approx(1 - 2 * math.atan(2) / math.pi)


def test_min_f_of_equal_tests_is_half_of_either_with_twice_the_degrees() -> None:
    """F1 = F2 = F: F / 2, and (2F)^2 / (2 F^2 / df) = 2 df."""
    one = paired_t(np.array([1.0, 3.0, 2.0, 4.0]))

    found = min_f(one, one)

    assert found.f == pytest.approx(one.t**2 / 2)
    assert found.df_2 == pytest.approx(2 * one.df)
    assert found.p > one.p


def test_without_spread_there_is_no_test() -> None:
    same = paired_t(np.array([0.5, 0.5]))

    assert math.isnan(same.p)
    assert math.isnan(min_f(same, same).p)
