"""Numbers spread evenly: each follows the law, together they fill it."""

import numpy as np
import pytest
from scipy.stats import kstest

from generator.search.stratified import Stratified


def test_each_stratum_holds_one_number_of_every_row() -> None:
    drawn = Stratified(np.random.default_rng(0)).uniform(2.0, 10.0, size=(2, 8))

    for row in drawn.tolist():
        assert sorted(int(number - 2) for number in row) == list(range(8))


@pytest.mark.parametrize("law", ["uniform", "norm"])
def test_every_number_by_itself_follows_the_law(law: str) -> None:
    """The first number of 2,000 independent sets."""
    sets = [Stratified(np.random.default_rng(seed)) for seed in range(2000)]

    if law == "uniform":
        first = [one.uniform(size=8)[0] for one in sets]
    else:
        first = [one.normal(0.0, 1.0, size=8)[0] for one in sets]

    assert kstest(first, law).pvalue > 0.01


def test_rows_are_paired_at_random() -> None:
    drawn = Stratified(np.random.default_rng(1)).uniform(size=(2, 4000))

    assert abs(np.corrcoef(drawn[0], drawn[1])[0, 1]) < 0.05


def test_their_mean_varies_less_than_that_of_independent_numbers() -> None:
    means = [
        Stratified(np.random.default_rng(seed)).uniform(size=16).mean()
        for seed in range(300)
    ]

    assert np.std(means) < 0.1 * np.sqrt(1 / 12 / 16)
