import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
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

    all_but_a_row = write_experiment(tmp_path / "c.csv", first.loc[is_early].iloc[1:])

    assert set(read_borowski2021([one, two]).trials["session"]) == {"I"}
    again = read_borowski2021([one, all_but_a_row]).trials
    assert set(again["session"]) == {"I", "I (c)"}


def test_a_file_with_the_content_of_another_is_read_once(
    tmp_path: Path, first: pd.DataFrame
) -> None:
    paths = [write_experiment(tmp_path / name, first) for name in ("a.csv", "b.csv")]

    imported = read_borowski2021(paths)

    assert len(imported.trials) == len(first)
    assert imported.notes == (
        f"{paths[1]} has the content of {paths[0]} and was skipped.",
    )


def _of(row: int, table: pd.DataFrame, **change: Any) -> pd.DataFrame:
    """The table with other cells in one row."""
    changed = table.astype(object)
    for column, value in change.items():
        changed.loc[changed.index[row], column] = value
    return changed


Change = Callable[[pd.DataFrame], pd.DataFrame]
BROKEN: list[tuple[Change, str]] = [
    (lambda t: t.assign(trial_nr=0), "unique_trials"),
    (lambda t: t.assign(correct=0), "correct_is_agreement"),
    (lambda t: t.assign(conf_rating=2, abs_conf_rating=2), "sign_of_rating"),
    (lambda t: _of(5, t, old_trial_nr=1), "old_trial_on_repeats"),
    (
        lambda t: _of(5, t, abs_conf_rating=t["abs_conf_rating"].iloc[5] % 3 + 1),
        "size_of_rating",
    ),
    (
        lambda t: t.assign(abs_conf_rating=4, conf_rating=4 * np.sign(t.conf_rating)),
        "ratings_of_1_to_3",
    ),
    (
        lambda t: t.assign(
            query_order=t["query_order"].map(
                {"max_min": "min_max", "min_max": "max_min"}
            )
        ),
        "correct_side_of_query_order",
    ),
    (
        lambda t: t.assign(
            old_trial_nr=t["old_trial_nr"].where(t.old_trial_nr.isna(), 9)
        ),
        "repeat_of_its_original",
    ),
]


BINDING = (
    "unique_trials",
    "correct_is_agreement",
    "sign_of_rating",
    "old_trial_on_repeats",
)


@pytest.mark.parametrize(("change", "broken"), BROKEN, ids=[b for _, b in BROKEN])
def test_a_broken_promise_is_counted_and_stops_an_import_where_it_binds(
    tmp_path: Path, first: pd.DataFrame, change: Change, broken: str
) -> None:
    """10.2: what the importer checks; what else we expect is told and stops nothing."""
    imported = read_borowski2021([write_experiment(tmp_path / "1.csv", change(first))])

    kept = {check.name: check.is_kept for check in imported.checks}
    assert kept == {**dict.fromkeys(kept, True), broken: False}
    if broken in BINDING:
        with pytest.raises(ImportFormatError, match=r"1\.csv, data row \d+"):
            imported.refuse_broken_promises()
    else:
        imported.refuse_broken_promises()
        (doubt,) = imported.doubts
        assert re.search(r"not as expected: .* First: .*1\.csv, data row \d+", doubt)


def test_a_cell_that_contradicts_what_was_shown_is_told(
    tmp_path: Path, second: pd.DataFrame
) -> None:
    table = _of(3, second, condition_name="Min-Max-9")

    imported = read_borowski2021([write_experiment(tmp_path / "2.csv", table)])

    broken = [check.name for check in imported.checks if not check.is_kept]
    assert broken == ["cell_of_its_grid"]


def test_a_repeat_without_its_original_is_counted_in_a_note(
    tmp_path: Path, first: pd.DataFrame
) -> None:
    table = first.assign(
        old_trial_nr=first["old_trial_nr"].where(first["trial_nr"] != 50, 999)
    )

    imported = read_borowski2021([write_experiment(tmp_path / "1.csv", table)])

    assert imported.notes == (
        "10 of 30 repeated trials have no original among the trials and count in no "
        "agreement.",
    )
    imported.refuse_broken_promises()


def test_people_of_the_two_experiments_are_never_the_same(
    tmp_path: Path, first: pd.DataFrame, second: pd.DataFrame
) -> None:
    """Both experiments count their participants from the same number."""
    one = write_experiment(tmp_path / "1.csv", first)
    two = write_experiment(tmp_path / "2.csv", second)

    both = read_borowski2021([one, two]).trials["participant_id"]
    alone = [read_borowski2021([path]).trials["participant_id"] for path in (one, two)]

    assert both.nunique() == 20
    assert set(alone[0]) == {f"I-{person}" for person in range(10)}
    assert both.tolist() == [*alone[0], *alone[1]]


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.drop(columns="condition_name"),
        lambda t: t.assign(condition_name=None),
        lambda t: t.assign(
            condition_name="max_max-" + t["n_instruction_patches"].astype(str)
        ),
        lambda t: t.assign(
            condition_name=t["condition_name"].str.lower().str.replace("-", "_")
        ),
        lambda t: t.drop(
            columns=["instruction_grid_mode", "batch_block", "expert_level"]
        ),
    ],
)
def test_the_cell_is_told_by_its_name_however_spelt_or_by_what_was_shown(
    tmp_path: Path, second: pd.DataFrame, change: Change
) -> None:
    usual = write_experiment(tmp_path / "1.csv", second)
    other = write_experiment(tmp_path / "2.csv", change(second))

    trials = read_borowski2021([other]).trials

    assert set(trials["session"]) == {"II"}
    assert (
        trials["stratum"].tolist()
        == read_borowski2021([usual]).trials["stratum"].tolist()
    )


def test_a_column_of_conditions_does_not_make_the_first_experiment_the_second(
    tmp_path: Path, first: pd.DataFrame
) -> None:
    table = first.assign(condition_name=first["instr_type"])

    trials = read_borowski2021([write_experiment(tmp_path / "1.csv", table)]).trials

    assert set(trials["session"]) == {"I"}
    assert set(trials["stratum"]) == {"all"}


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.assign(
            trial_type=t["trial_type"].mask(t["catch_trial"], "catch_trial")
        ),
        lambda t: t.assign(trial_type=t["trial_type"].replace("repeated", "repeat")),
        lambda t: t.assign(
            response=t["response"].map({"a": "0.0", "b": "1.0"}),
            correct_response=t["correct_response"].map({"a": "0", "b": "1"}),
        ),
    ],
    ids=["catch_trial", "repeat", "0.0"],
)
def test_other_spellings_mean_the_same(
    tmp_path: Path, first: pd.DataFrame, change: Change
) -> None:
    usual = write_experiment(tmp_path / "1.csv", first)
    other = write_experiment(tmp_path / "2.csv", change(first))

    pd.testing.assert_frame_equal(
        read_borowski2021([other]).trials, read_borowski2021([usual]).trials
    )


def test_none_is_a_condition_not_a_missing_one(
    tmp_path: Path, first: pd.DataFrame
) -> None:
    words = {"none_pre": "none", "none_post": "none"}
    table = first.assign(instr_type=first["instr_type"].replace(words))

    trials = read_borowski2021([write_experiment(tmp_path / "1.csv", table)]).trials

    assert (trials["condition"] == "none").sum() == 10 * 24


def test_a_file_of_another_program_is_told_what_is_wrong_with_it(
    tmp_path: Path, first: pd.DataFrame
) -> None:
    first.to_csv(tmp_path / "1.csv", sep=";")
    accented = _of(3, first, unit_name="é")
    accented.to_csv(tmp_path / "2.csv", encoding="latin-1")

    with pytest.raises(ImportFormatError, match=r"1\.csv: .* separated by semicolons"):
        read_borowski2021([tmp_path / "1.csv"])
    with pytest.raises(ImportFormatError, match=r"2\.csv, line 5: .*Latin-1"):
        read_borowski2021([tmp_path / "2.csv"])


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
