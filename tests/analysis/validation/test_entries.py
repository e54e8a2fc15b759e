"""Single numbers against other programs, by other routes, on planted data."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from analysis.config import AnalysisConfig
from analysis.reliability import spearman_brown
from analysis.validation.entry import Entry
from analysis.validation.run import validate
from tests.analysis.importers.borowski import (
    PlantedExperiment,
    draw_experiment,
    write_experiment,
)

QUICK = AnalysisConfig(n_resamples=100, n_flips=100)
SECOND = PlantedExperiment(
    accuracy={"natural": 0.75, "optimized": 0.65},
    is_second=True,
    n_participants=9,
    n_features=10,
    rng_seed=3,
)
FIRST = PlantedExperiment(
    accuracy={"natural": 0.8, "optimized": 0.7, "none_pre": 0.5, "none_post": 0.5}
)
CONTRAST = "I/natural-feature_visualization"
OVER_FEATURES = "error_consistency_over_features"
OVER_PAIRS = "error_consistency_over_query_pairs"


@pytest.fixture(scope="module")
def first() -> pd.DataFrame:
    return draw_experiment(FIRST)


@pytest.fixture(scope="module")
def second() -> pd.DataFrame:
    return draw_experiment(SECOND)


@pytest.fixture(scope="module")
def entries(
    first: pd.DataFrame,
    second: pd.DataFrame,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Entry]:
    folder = tmp_path_factory.mktemp("data")
    write_experiment(folder / "1.csv", first)
    write_experiment(folder / "2.csv", second)
    return {e.name: e for e in validate("borowski2021", folder, QUICK).entries}


def main_rows(table: pd.DataFrame) -> pd.DataFrame:
    rows = table.loc[(table["trial_type"] == "main") & ~table["catch_trial"]]
    names = ["layer", "kernel_size", "channel"]
    return rows.assign(feature=rows[names].astype(str).agg("|".join, axis=1))


def kappa(one: "pd.Series[float]", two: "pd.Series[float]") -> float:
    agreed = float((one * two + (1 - one) * (1 - two)).mean())
    a, b = one.mean(), two.mean()
    expected = a * b + (1 - a) * (1 - b)
    return float((agreed - expected) / (1 - expected))


def mean_kappa(rows: pd.DataFrame, items: list[str]) -> float:
    table = rows.pivot_table(index="subject_id", columns=items, values="correct")
    found = [kappa(table.loc[i], table.loc[j]) for i, j in combinations(table.index, 2)]
    return float(np.nanmean(found))


def test_people_without_a_common_query_pair_are_compared_on_features(
    entries: dict[str, Entry], first: pd.DataFrame
) -> None:
    rows = main_rows(first)
    natural = rows.loc[rows["instr_type"] == "natural"]

    found = entries[f"I/natural/{OVER_FEATURES}"]

    assert found.value == pytest.approx(mean_kappa(natural, ["feature"]))
    assert entries["I/natural/error_consistency"].value == found.value
    assert np.isnan(entries[f"I/natural/{OVER_PAIRS}"].value)


def test_several_answers_to_a_feature_count_with_their_share(
    entries: dict[str, Entry], first: pd.DataFrame
) -> None:
    rows = main_rows(first)
    none = rows.loc[rows["instr_type"].isin(["none_pre", "none_post"])]

    found = entries[f"I/none/{OVER_FEATURES}"]

    assert found.value == pytest.approx(mean_kappa(none, ["feature"]))
    assert "120 times" in str(found.detail)


def test_pooled_cells_are_compared_within_each_cell(
    entries: dict[str, Entry], second: pd.DataFrame
) -> None:
    rows = main_rows(second)
    natural = rows.loc[rows["instr_type"] == "natural"]

    found = entries[f"II/natural/{OVER_FEATURES}"].value

    assert found == pytest.approx(mean_kappa(natural, ["feature", "condition_name"]))


def test_units_are_features_with_their_block(
    entries: dict[str, Entry], second: pd.DataFrame
) -> None:
    rows = main_rows(second)
    rows = rows.loc[rows["condition_name"] == "Max-1"]
    tables = {
        name: rows.pivot_table(index=keys, columns="instr_type", values="correct")
        for name, keys in {
            "participants": ["subject_id"],
            "units": ["feature", "batch_block"],
        }.items()
    }
    tests = {
        name: stats.ttest_rel(table["natural"], table["optimized"])
        for name, table in tables.items()
    }
    start = "II/natural-feature_visualization/Max-1"

    found = entries[f"{start}/t_over_units"]

    assert found.p == pytest.approx(float(tests["units"].pvalue))
    assert found.df == len(tables["units"]) - 1
    squares = [float(test.statistic) ** 2 for test in tests.values()]
    joined = squares[0] * squares[1] / sum(squares)
    assert entries[f"{start}/min_f_over_units"].value == pytest.approx(joined)
    differences = (tables["units"]["natural"] - tables["units"]["optimized"]).round(12)
    ranks = stats.wilcoxon(differences[differences != 0])
    assert entries[f"{start}/wilcoxon_over_units"].p == pytest.approx(ranks.pvalue)
    flips = entries[f"{start}/sign_flips_over_units"]
    assert flips.value == pytest.approx(differences.mean())
    assert not any(name.startswith("I/") and "_units" in name for name in entries)


def test_a_regression_has_its_error_and_p_by_t_and_by_z(
    entries: dict[str, Entry], first: pd.DataFrame
) -> None:
    rows = main_rows(first)
    rows = rows.loc[rows["instr_type"].isin(["natural", "optimized"])]
    x = sm.add_constant((rows["instr_type"] == "natural").to_numpy(dtype=float))
    kind = {"cov_type": "cluster", "cov_kwds": {"groups": rows["subject_id"]}}
    fit = sm.Logit(rows["correct"].to_numpy(dtype=float), x).fit(disp=0, **kind)

    found = entries[f"{CONTRAST}/logit_clustered_participants"]

    assert found.standard_error == pytest.approx(fit.bse[1])
    assert found.p_z == pytest.approx(fit.pvalues[1])
    t = fit.params[1] / fit.bse[1]
    assert found.p == pytest.approx(2 * stats.t.sf(abs(t), 9))
    assert found.df == 9


@pytest.mark.parametrize(
    "name",
    ["gee", "logit_clustered_both", "mixed_p_f", "mixed_p_f_fc_pc", "difference"],
)
def test_every_test_has_the_parts_of_its_p(
    entries: dict[str, Entry], name: str
) -> None:
    found = entries[f"{CONTRAST}/{name}"]

    assert found.standard_error is not None
    assert found.statistic == pytest.approx(found.value / found.standard_error)
    assert found.df is not None
    assert found.p == pytest.approx(
        2 * stats.t.sf(abs(found.value) / found.standard_error, found.df)
    )


def test_pooled_accuracy_is_that_of_all_responses(
    entries: dict[str, Entry], first: pd.DataFrame
) -> None:
    rows = main_rows(first)

    found = entries["I/natural/pooled_accuracy"].value

    assert found == rows.loc[rows["instr_type"] == "natural", "correct"].mean()


def test_reliability_is_stepped_up_before_or_after_the_mean(
    entries: dict[str, Entry], first: pd.DataFrame
) -> None:
    rows = main_rows(first)
    table = rows.loc[rows["instr_type"] == "natural"].pivot_table(
        index="subject_id", columns="feature", values="correct"
    )
    correlations = []
    for chosen in combinations(range(10), 5):
        if 0 in chosen:
            is_one = np.isin(np.arange(10), chosen)
            halves = table[is_one].mean(), table[~is_one].mean()
            correlations.append(float(np.corrcoef(*halves)[0, 1]))
    each = [spearman_brown(r) for r in correlations]

    assert entries["I/natural/spearman_brown"].value == pytest.approx(
        spearman_brown(float(np.mean(correlations)))
    )
    assert entries["I/natural/spearman_brown_mean_of_splits"].value == pytest.approx(
        np.mean(each)
    )


def test_trials_of_each_kind_are_counted(entries: dict[str, Entry]) -> None:
    expected = {
        "I/n_participants": 10,
        "I/n_features": 12,
        "I/n_main_trials": 480,
        "I/n_catch_trials": 10,
        "I/n_practice_trials": 10,
        "I/n_repeated_trials": 30,
        "I/n_unanswered_trials": 0,
        "I/none/n_main_trials": 240,
        "I/natural/n_repeated_trials": 30,
        "II/natural/Max-9/n_main_trials": 90,
        "II/n_participants": 9,
    }

    assert {name: entries[name].value for name in expected} == expected


def test_every_number_says_what_it_is(entries: dict[str, Entry]) -> None:
    assert [name for name, entry in entries.items() if not entry.detail] == []


def repeats(tmp_path: Path, table: pd.DataFrame) -> dict[str, Entry]:
    write_experiment(tmp_path / "1.csv", table)
    found = validate("borowski2021", tmp_path, QUICK).entries
    return {entry.name: entry for entry in found if "repeated_trial" in entry.name}


def test_repeats_without_an_answer_or_an_original_are_left_out(
    tmp_path: Path,
) -> None:
    small = draw_experiment(PlantedExperiment(n_participants=4, n_features=4))
    answer = ["response", "correct", "conf_rating", "abs_conf_rating", "RT"]
    table = small.astype(object)
    table.loc[(table["subject_id"] == 0) & (table["trial_nr"] == 1), answer] = None
    is_repeat = table["trial_type"] == "repeated"
    table.loc[is_repeat & (table["subject_id"] == 1), "old_trial_nr"] = 999

    found = repeats(tmp_path, table)["I/repeated_trial_agreement"]

    assert found.n_responses == 12 - 1 - 3
    assert found.value == 1
    assert "3 repeats without an original, 1 where" in str(found.detail)


def test_a_repeat_turned_over_is_the_same_image_but_another_response(
    tmp_path: Path,
) -> None:
    small = draw_experiment(PlantedExperiment(n_participants=4, n_features=4))
    turned = small.rename(
        columns={"query_image_a": "query_image_b", "query_image_b": "query_image_a"}
    )
    turned["response"] = small["response"].map({"a": "b", "b": "a"})
    turned["correct_response"] = small["correct_response"].map({"a": "b", "b": "a"})
    turned["conf_rating"] = -small["conf_rating"]
    orders = {"max_min": "min_max", "min_max": "max_min"}
    turned["query_order"] = small["query_order"].map(orders)
    is_repeat = small["trial_type"] == "repeated"

    found = repeats(tmp_path, pd.concat([small[~is_repeat], turned[is_repeat]]))

    assert found["I/repeated_trial_agreement"].value == 1
    assert found["I/repeated_trial_agreement_by_response"].value == 0
