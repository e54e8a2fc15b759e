import json
from pathlib import Path

import numpy as np
import pytest

from analysis.mixed.marginal import marginal_accuracy, mean_expit, minus


def test_mean_of_the_logistic_function_is_the_published_one(shared_data: Path) -> None:
    content = json.loads((shared_data / "reference_cases.json").read_text())
    group = content["groups"]["marginal_probability"]

    for case in group["cases"]:
        eta, sd = case["inputs"]["eta"], case["inputs"]["sd"]
        found = float(mean_expit(np.array(eta), sd))
        assert found == pytest.approx(case["expected"]["probability"], abs=1e-9)


def test_marginal_accuracy_averages_rows_and_moves_with_its_slope() -> None:
    rows = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 1.0]])
    at, sds = np.array([0.4, 0.7]), np.array([0.6, 0.5])

    found = marginal_accuracy(rows, at, sds)

    total = float(np.hypot(*sds))
    by_hand = mean_expit(np.array([0.4, 1.1, 1.1]), total).mean()
    assert found.value == pytest.approx(by_hand, abs=1e-12)
    for k in range(4):
        step = np.zeros(4)
        step[k] = 1e-5
        up = marginal_accuracy(rows, at + step[:2], sds + step[2:]).value
        down = marginal_accuracy(rows, at - step[:2], sds - step[2:]).value
        assert found.slope[k] == pytest.approx((up - down) / 2e-5, rel=1e-6)


def test_a_difference_with_itself_is_nothing_without_error() -> None:
    rows = np.ones((3, 1))
    one = marginal_accuracy(rows, np.array([1.0]), np.array([0.5]))

    nothing = minus(one, one)

    assert nothing.value == 0
    assert nothing.standard_error(np.eye(2)) == 0
