"""Agreement of ratings with the network: known values, ties, and nothing made up."""

import math

import numpy as np
import pandas as pd
import pytest

from analysis.estimation import Resamples
from analysis.ratings.agreement import (
    agreement_by_block,
    crossed_agreement,
    estimate_agreement,
    scale_use,
)
from tests.analysis.quick import QUICK


def block(ratings: list[float], percentiles: list[float], **names: str) -> pd.DataFrame:
    facts = {"participant_id": "p", "condition": "natural", "feature_id": "f"}
    values = {"rating": ratings, "activation_percentile": percentiles}
    return pd.DataFrame(values).assign(**{**facts, **names})


def tau(ratings: list[float], percentiles: list[float]) -> float:
    return float(agreement_by_block(block(ratings, percentiles))["tau"].iloc[0])


def test_ratings_in_the_order_of_the_network_agree_wholly() -> None:
    assert tau([10, 20, 70], [1, 50, 99]) == pytest.approx(1)
    assert tau([70, 20, 10], [1, 50, 99]) == pytest.approx(-1)


def test_ties_count_as_in_kendall_1945() -> None:
    # Pairs: 5 concordant, 0 discordant, 1 tied in the ratings: 5 / sqrt(5 * 6).
    assert tau([10, 30, 30, 80], [10, 20, 30, 40]) == pytest.approx(5 / math.sqrt(30))


@pytest.mark.parametrize(
    ("ratings", "percentiles"),
    [([50, 50, 50], [1, 2, 3]), ([1, 2, 3], [50, 50, 50]), ([1, 2], [1, 2])],
)
def test_a_block_without_order_has_no_agreement(
    ratings: list[float], percentiles: list[float]
) -> None:
    assert math.isnan(tau(ratings, percentiles))


def test_a_condition_is_the_mean_of_people_each_weighing_the_same() -> None:
    blocks = pd.DataFrame(
        [
            ("p1", "natural", "f1", 3, 1.0),
            ("p1", "natural", "f2", 3, 0.0),
            ("p2", "natural", "f1", 3, 0.2),
            ("p2", "natural", "f2", 3, math.nan),
        ],
        columns=["participant_id", "condition", "feature_id", "n_ratings", "tau"],
    )
    counts = crossed_agreement(blocks, ["natural"])
    resamples = Resamples(counts, QUICK)
    robust, *_ = estimate_agreement(counts, resamples, QUICK)
    assert robust.value == pytest.approx((0.5 + 0.2) / 2)
    assert robust.n_responses == 3  # the block without a tau counts nowhere


def test_scale_use_counts_what_was_rated() -> None:
    table = scale_use(block([0, 100, 50, 50], [1, 2, 3, 4]))
    row = table.iloc[0]
    assert (row["n_ratings"], row["mean"], row["share_at_ends"]) == (4, 50, 0.5)
    assert row["sd"] == pytest.approx(np.std([0, 100, 50, 50], ddof=1))
