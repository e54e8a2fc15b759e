from pathlib import Path

import pandas as pd
import pytest

from analysis.importers.borowski2021 import read_borowski2021
from analysis.importers.cells import ImportFormatError
from analysis.importers.trial_table import TRIAL_COLUMNS, main_trials
from tests.analysis.importers.borowski import (
    PlantedExperiment,
    draw_experiment,
    write_experiment,
)


@pytest.fixture(scope="module")
def first() -> pd.DataFrame:
    return draw_experiment(PlantedExperiment())


@pytest.fixture(scope="module")
def second() -> pd.DataFrame:
    planted = {"natural": 0.9, "optimized": 0.7}
    return draw_experiment(
        PlantedExperiment(accuracy=planted, is_second=True, n_features=6)
    )


def test_every_row_becomes_a_trial_of_the_common_table(
    tmp_path: Path, first: pd.DataFrame
) -> None:
    """10.2"""
    trials = read_borowski2021([write_experiment(tmp_path / "1.csv", first)]).trials

    assert list(trials.columns[: len(TRIAL_COLUMNS)]) == list(TRIAL_COLUMNS)
    assert len(trials) == len(first)
    assert set(trials["session"]) == {"I"}
    assert trials["trial_kind"].value_counts().to_dict() == {
        "main": 10 * (4 * 12 + 3),
        "practice": 10,
        "catch": 10,
    }
    assert set(trials.loc[trials["trial_kind"] == "main", "condition"]) == {
        "natural",
        "feature_visualization",
        "none",
    }
    assert trials["rt_ms"].tolist() == pytest.approx(
        [1000 * seconds for seconds in first["RT"]]
    )


def test_planted_accuracies_are_the_shares_of_right_main_trials(
    tmp_path: Path, first: pd.DataFrame
) -> None:
    trials = read_borowski2021([write_experiment(tmp_path / "1.csv", first)]).trials

    found = main_trials(trials).groupby("condition")["is_correct"].mean()

    is_counted = (first["trial_type"] == "main") & ~first["catch_trial"]
    rows = first.loc[is_counted]
    assert found["natural"] == rows.loc[rows.instr_type == "natural", "correct"].mean()
    assert (
        found["none"]
        == rows.loc[rows.instr_type.isin(["none_pre", "none_post"]), "correct"].mean()
    )


def test_repeats_and_catch_trials_count_in_no_accuracy(
    tmp_path: Path, first: pd.DataFrame
) -> None:
    trials = read_borowski2021([write_experiment(tmp_path / "1.csv", first)]).trials

    assert trials["is_repeat"].sum() == 30
    assert len(main_trials(trials)) == 10 * 4 * 12
    repeats = trials.loc[trials["is_repeat"]]
    assert repeats["repeats_trial_index"].tolist() == [1, 2, 3] * 10


def test_a_pair_is_the_same_whichever_image_stands_above(tmp_path: Path) -> None:
    row = draw_experiment(PlantedExperiment(n_participants=1)).iloc[[1]]
    turned = {"query_image_a": "query_image_b", "query_image_b": "query_image_a"}
    both = pd.concat([row, row.rename(columns=turned).assign(trial_nr=99)])

    trials = read_borowski2021([write_experiment(tmp_path / "1.csv", both)]).trials

    assert trials["query_pair_id"].nunique() == 1


def test_the_cells_of_the_second_experiment_are_strata(
    tmp_path: Path, first: pd.DataFrame, second: pd.DataFrame
) -> None:
    one = write_experiment(tmp_path / "1.csv", first)
    two = write_experiment(tmp_path / "2.csv", second)

    trials = read_borowski2021([one, two]).trials

    strata = trials.groupby("session")["stratum"].unique()
    assert set(strata["I"]) == {"all"}
    assert set(strata["II"]) == {"Max-1", "Max-9", "Min-Max-1", "Min-Max-9"}
    is_second = trials["session"] == "II"
    assert set(trials.loc[is_second, "expert_level"]) == {"expert", "naive"}
    assert not trials["unit_name"].str.endswith(" ").any()


def test_two_files_of_one_experiment_are_one_session_unless_they_overlap(
    tmp_path: Path, first: pd.DataFrame
) -> None:
    is_early = first["subject_id"] < 5
    one = write_experiment(tmp_path / "a.csv", first.loc[is_early])
    two = write_experiment(tmp_path / "b.csv", first.loc[~is_early])

    assert set(read_borowski2021([one, two]).trials["session"]) == {"I"}
    assert set(read_borowski2021([one, one]).trials["session"]) == {"I", "I (a)"}


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ({"trial_nr": 0}, "unique_trials"),
        ({"correct": 0}, "correct_is_agreement"),
        ({"conf_rating": 2}, "sign_of_rating"),
        ({"old_trial_nr": 1}, "old_trial_on_repeats"),
    ],
)
def test_a_broken_promise_of_the_source_is_counted_and_stops_an_import(
    tmp_path: Path, first: pd.DataFrame, change: dict[str, int], broken: str
) -> None:
    """10.2: what the importer checks."""
    table = first.assign(**change)

    imported = read_borowski2021([write_experiment(tmp_path / "1.csv", table)])

    kept = {check.name: check.is_kept for check in imported.checks}
    assert kept == {**dict.fromkeys(kept, True), broken: False}
    with pytest.raises(ImportFormatError, match="break a promise"):
        imported.refuse_broken_promises()


@pytest.mark.parametrize("column", ["instr_type", "RT", "query_image_a"])
def test_a_missing_column_is_named_with_what_was_found(
    tmp_path: Path, first: pd.DataFrame, column: str
) -> None:
    path = write_experiment(tmp_path / "1.csv", first.drop(columns=column))

    with pytest.raises(ImportFormatError, match=rf"1\.csv, column {column}: .*has sub"):
        read_borowski2021([path])


def test_columns_nobody_needs_may_be_missing_or_added(
    tmp_path: Path, first: pd.DataFrame
) -> None:
    table = first.drop(columns=["seed", "timeout", "unit_name", "batch"])
    path = write_experiment(tmp_path / "1.csv", table.assign(note="hello"))

    assert len(read_borowski2021([path]).trials) == len(first)


def test_a_trial_without_an_answer_stays_and_counts_in_no_accuracy(
    tmp_path: Path, first: pd.DataFrame
) -> None:
    table = first.copy()
    answer = ["response", "correct", "conf_rating", "abs_conf_rating", "RT"]
    table[answer] = table[answer].astype(object)
    table.loc[5, answer] = None

    imported = read_borowski2021([write_experiment(tmp_path / "1.csv", table)])

    assert len(imported.trials) == len(first)
    assert len(main_trials(imported.trials)) == 10 * 4 * 12 - 1
    assert imported.notes == ("1 trials have no answer and count in no accuracy.",)


def test_a_file_with_a_header_only_is_an_empty_table(
    tmp_path: Path, first: pd.DataFrame
) -> None:
    path = write_experiment(tmp_path / "1.csv", first.iloc[:0])

    assert read_borowski2021([path]).trials.empty


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("a,b\n1\n", "data row 1 has 1 cells"),
        ("a,a\n1,2\n", "column a: stands twice"),
    ],
)
def test_a_file_that_is_no_table_is_refused(
    tmp_path: Path, content: str, message: str
) -> None:
    (tmp_path / "1.csv").write_text(content)

    with pytest.raises(ImportFormatError, match=message):
        read_borowski2021([tmp_path / "1.csv"])


def test_other_codes_of_the_answer_are_read_by_the_sign_of_the_rating(
    tmp_path: Path, first: pd.DataFrame
) -> None:
    codes = {"a": "0", "b": "1"}
    table = first.assign(
        response=first["response"].map(codes),
        correct_response=first["correct_response"].map(codes),
    )

    trials = read_borowski2021([write_experiment(tmp_path / "1.csv", table)]).trials
    usual = read_borowski2021([write_experiment(tmp_path / "2.csv", first)]).trials

    pd.testing.assert_frame_equal(trials, usual)
