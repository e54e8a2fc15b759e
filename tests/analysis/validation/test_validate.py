"""Planted data of the authors' layout; no number here comes from the program."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.config import AnalysisConfig
from analysis.importers.cells import ImportFormatError
from analysis.validation.entry import Entry
from analysis.validation.run import Validation, validate
from tests.analysis.importers.borowski import (
    PlantedExperiment,
    draw_experiment,
    write_experiment,
)
from tests.analysis.importers.test_imi import ROWS
from tests.analysis.importers.test_imi import write as write_imi

QUICK = AnalysisConfig(n_resamples=200, n_flips=200)
SECOND = PlantedExperiment(
    accuracy={"natural": 0.73, "optimized": 0.65}, is_second=True, n_features=5
)


@pytest.fixture(scope="module")
def first() -> pd.DataFrame:
    return draw_experiment(PlantedExperiment())


@pytest.fixture(scope="module")
def folder(first: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("data")
    (made / "one").mkdir()
    write_experiment(made / "one" / "experiment.csv", first)
    write_experiment(made / "two.csv", draw_experiment(SECOND))
    (made / "notes.csv").write_text("age,country\n30,DE\n")
    return made


@pytest.fixture(scope="module")
def validation(folder: Path) -> Validation:
    return validate("borowski2021", folder, QUICK)


@pytest.fixture(scope="module")
def entries(validation: Validation) -> dict[str, Entry]:
    return {entry.name: entry for entry in validation.entries}


@pytest.fixture(scope="module")
def natural(first: pd.DataFrame) -> pd.DataFrame:
    is_counted = (first["trial_type"] == "main") & ~first["catch_trial"]
    return first.loc[is_counted & (first["instr_type"] == "natural")]


def test_every_number_has_a_name_of_its_own(validation: Validation) -> None:
    names = [entry.name for entry in validation.entries]

    assert len(names) == len(set(names))
    assert {name.split("/")[0] for name in names} == {"I", "II"}


def test_accuracy_and_its_errors_are_those_of_the_rows(
    entries: dict[str, Entry], natural: pd.DataFrame
) -> None:
    people = natural.groupby("subject_id")["correct"].mean()

    assert entries["I/natural/accuracy"].value == pytest.approx(people.mean())
    for ddof in (0, 1):
        sem = people.std(ddof=ddof) / np.sqrt(len(people))
        found = entries[f"I/natural/accuracy_2_sem_ddof_{ddof}"].value
        assert found == pytest.approx(2 * sem)


def test_confidence_time_and_choices_are_those_of_the_rows(
    entries: dict[str, Entry], natural: pd.DataFrame
) -> None:
    sure = natural.loc[natural["abs_conf_rating"] == 3]

    assert entries["I/natural/confidence_3_n_responses"].value == len(sure)
    assert entries["I/natural/geometric_mean_time"].value == pytest.approx(
        1000 * stats.gmean(natural["RT"])
    )
    upper = (natural["response"] == "a").mean()
    assert entries["I/natural/share_of_upper_choices"].value == pytest.approx(upper)


def test_contrasts_over_people_are_those_of_scipy(
    entries: dict[str, Entry], first: pd.DataFrame
) -> None:
    is_counted = (first["trial_type"] == "main") & ~first["catch_trial"]
    table = first.loc[is_counted].pivot_table(
        index="subject_id", columns="instr_type", values="correct"
    )

    found = entries["I/natural-feature_visualization/t_over_participants"]

    expected = stats.ttest_rel(table["natural"], table["optimized"])
    assert found.p == pytest.approx(float(expected.pvalue))
    assert found.value == pytest.approx((table["natural"] - table["optimized"]).mean())


def test_phases_without_images_are_pooled_and_cells_stand_apart(
    entries: dict[str, Entry],
) -> None:
    """10.2"""
    assert entries["I/none/accuracy"].n_responses == 2 * 10 * 12
    cells = {name.split("/")[2] for name in entries if name.startswith("II/natural/M")}
    assert cells == {"Max-1", "Max-9", "Min-Max-1", "Min-Max-9"}


def test_an_interval_says_what_it_generalizes_to(validation: Validation) -> None:
    kinds = {e.interval.generalizes_to for e in validation.entries if e.interval}

    assert kinds == {"nothing_new", "new_participants", "new_features", "both"}


def test_repeats_answered_alike_agree(entries: dict[str, Entry]) -> None:
    assert entries["I/repeated_trial_agreement"].value == 1
    assert entries["I/repeated_trial_agreement"].n_responses == 30


def test_a_file_that_is_no_experiment_is_skipped_and_named(
    validation: Validation,
) -> None:
    assert "notes.csv is no experiment and was skipped." in validation.notes


def test_a_folder_without_the_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFormatError, match="there is no"):
        validate("borowski2021", tmp_path / "absent", QUICK)
    with pytest.raises(ImportFormatError, match="holds no CSV file"):
        validate("borowski2021", tmp_path, QUICK)
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ImportFormatError, match=r"x\.csv is no experiment"):
        validate("borowski2021", tmp_path, QUICK)


def test_an_experiment_without_rows_has_no_numbers(
    tmp_path: Path, first: pd.DataFrame
) -> None:
    write_experiment(tmp_path / "1.csv", first.iloc[:0])

    found = validate("borowski2021", tmp_path, QUICK)

    assert found.entries == ()
    assert found.status == "not_compared"


def test_one_participant_all_right_leaves_undefined_numbers_null(
    tmp_path: Path, first: pd.DataFrame
) -> None:
    rows = first.loc[(first["subject_id"] == 0) & (first["correct"] == 1)]
    write_experiment(tmp_path / "1.csv", rows.loc[rows["trial_type"] == "main"])

    found = {
        e.name: e.as_dict() for e in validate("borowski2021", tmp_path, QUICK).entries
    }

    assert found["I/natural/accuracy"]["value"] == 1
    assert found["I/natural/accuracy"]["interval"] is None
    assert found["I/natural/auroc2_mean"]["value"] is None
    assert found["I/natural-feature_visualization/gee"]["value"] is None


def test_networks_of_imi_are_validated_apart(tmp_path: Path) -> None:
    write_imi(tmp_path / "responses_main.csv", ROWS)

    names = {e.name for e in validate("imi2023", tmp_path, QUICK).entries}

    assert "all/natural/resnet50 hard95/accuracy" in names
    assert "all/natural/accuracy" in names


def test_four_mixed_fits_tell_the_planted_log_odds(entries: dict[str, Entry]) -> None:
    """10.2: with and without feature:condition and participant:condition."""
    planted = np.log(0.92 / 0.08) - np.log(0.82 / 0.18)

    for name in ("p_f", "p_f_fc", "p_f_pc", "p_f_fc_pc"):
        found = entries[f"I/natural-feature_visualization/mixed_{name}"]
        assert found.interval is not None
        assert found.interval.low < planted < found.interval.high
