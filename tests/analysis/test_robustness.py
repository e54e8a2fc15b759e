"""The same contrast by other tests (analysis 5)."""

import numpy as np
import pandas as pd
import pytest

from analysis.bootstrap import bootstrap_two_way
from analysis.crossed import count_crossed
from analysis.hypotheses import two_way_robust_difference
from analysis.regressions import logit_contrasts
from analysis.robustness import specification_table
from tests.analysis.mixed.problems import drawn_responses

CONDITIONS = ["accentuation", "other_1", "other_2", "other_3"]
METHODS = [
    "two_way_cluster_robust_t",
    "two_way_bootstrap",
    "paired_t_over_participants",
    "sign_flips_over_participants",
    "paired_t_over_features",
    "sign_flips_over_features",
    "min_f_prime",
    "logit_clustered_participants",
    "logit_clustered_both",
    "gee",
]


def specifications(responses: pd.DataFrame) -> pd.DataFrame:
    counts = count_crossed(responses, CONDITIONS)
    rng = np.random.default_rng(0)
    return specification_table(
        counts,
        responses,
        "accentuation",
        "other_1",
        two_way=bootstrap_two_way(counts, n_resamples=200, rng=rng),
        n_flips=200,
        rng=rng,
    ).set_index("method")


def test_every_method_estimates_the_same_contrast() -> None:
    rows = drawn_responses()
    table = specifications(rows)
    counts = count_crossed(rows, CONDITIONS)

    robust = two_way_robust_difference(counts, "accentuation", "other_1")
    assert list(table.index) == METHODS
    assert table.loc["two_way_cluster_robust_t", "p"] == robust.p
    assert (
        table["generalizes_to"]
        .isin(["both", "new_participants", "new_features"])[METHODS]
        .all()
    )
    in_points = table.loc[table["unit"] == "share_difference", "value"]
    assert np.ptp(in_points) < 1e-12  # the plan is balanced


def test_a_condition_without_errors_has_no_logistic_rows() -> None:
    rows = drawn_responses()
    rows.loc[rows["condition"] == "accentuation", "is_correct"] = True

    table = specifications(rows)

    assert list(table.index) == METHODS[:7]


def test_clustering_by_people_leaves_the_odds_ratio_of_the_table() -> None:
    rows = drawn_responses()
    share = rows.groupby("condition")["is_correct"].mean()
    odds = share / (1 - share)

    found = logit_contrasts(rows, "accentuation", "other_1")

    expected = float(np.log(odds["accentuation"] / odds["other_1"]))
    assert found[0].log_odds == pytest.approx(expected, abs=1e-6)
    assert found[1].log_odds == pytest.approx(expected, abs=1e-6)
    assert found[1].df == 11
