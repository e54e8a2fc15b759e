"""`import` and then `report`, nothing in between."""

from pathlib import Path

import pandas as pd
import pytest

from analysis.cli import main
from analysis.config import ReportConfig
from analysis.load import load_export
from analysis.report import write_report
from tests.analysis.importers.borowski import (
    PlantedExperiment,
    draw_experiment,
    write_experiment,
)
from tests.analysis.quick import QUICK_REPORT, read_results


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("source")
    return write_experiment(folder / "1.csv", draw_experiment(PlantedExperiment()))


def test_what_was_imported_goes_through_the_report(
    tmp_path: Path, source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "export.zip"

    assert main(["import", "borowski2021", str(source), "--out", str(out)]) == 0
    config = ReportConfig(export_path=out, out_dir=tmp_path / "r", **QUICK_REPORT)
    write_report(config)

    assert "530 trials of 10 participants" in capsys.readouterr().out
    results = read_results(tmp_path / "r")
    found = {
        e["condition"]: (e["value"], e["n_responses"])
        for e in results["estimates"]
        if e["quantity"] == "accuracy" and e["method"] == "wilson"
    }
    rows = pd.read_csv(source)
    rows = rows.loc[(rows["trial_type"] == "main") & ~rows["catch_trial"]]
    natural = rows.loc[rows["instr_type"] == "natural", "correct"]
    assert found["natural"] == (natural.mean(), len(natural))
    assert found["none"][1] == 240
    assert results["flow"]["n_excluded"] == 0


def test_people_of_both_experiments_stay_apart_in_an_export(
    tmp_path: Path, source: Path
) -> None:
    planted = {"natural": 0.8, "optimized": 0.7}
    second = PlantedExperiment(accuracy=planted, is_second=True, n_features=2)
    other = write_experiment(tmp_path / "2.csv", draw_experiment(second))
    out = tmp_path / "e.zip"

    main(["import", "borowski2021", str(source), str(other), "--out", str(out)])

    people = load_export(out).participants
    assert people["participant_id"].nunique() == len(people) == 20


def test_a_folder_holds_the_same_export_as_a_zip(tmp_path: Path, source: Path) -> None:
    for out in ("folder", "e.zip"):
        arguments = ["import", "borowski2021", str(source)]
        assert main([*arguments, "--out", str(tmp_path / out)]) == 0

    one, two = (load_export(tmp_path / out) for out in ("folder", "e.zip"))

    pd.testing.assert_frame_equal(one.trials, two.trials)
    pd.testing.assert_frame_equal(one.participants, two.participants)


def test_the_same_files_make_the_same_zip(tmp_path: Path, source: Path) -> None:
    for out in ("a.zip", "b.zip"):
        arguments = ["import", "borowski2021", str(source)]
        main([*arguments, "--out", str(tmp_path / out)])

    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_a_file_of_another_kind_is_refused_by_name(
    tmp_path: Path, source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["import", "imi2023", str(source), "--out", str(tmp_path / "e.zip")])

    assert code == 1
    assert "1.csv, column participant_id: missing" in capsys.readouterr().err
    assert not (tmp_path / "e.zip").exists()


def test_a_column_without_a_name_is_refused(
    tmp_path: Path, source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["import", "jspsych", str(source), "--out", str(tmp_path / "e.zip")]

    assert main([*arguments, "--column", "condition"]) == 1
    assert "OURS=THEIRS" in capsys.readouterr().err


def test_of_a_folder_the_experiments_are_imported_and_the_rest_is_named(
    tmp_path: Path, source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "experiment.csv").write_bytes(source.read_bytes())
    (folder / "intuitiveness.csv").write_text("subject_id,rating\n1,3\n")
    out = tmp_path / "e.zip"

    assert main(["import", "borowski2021", str(folder), "--out", str(out)]) == 0

    said = capsys.readouterr().out
    assert "intuitiveness.csv is no experiment and was skipped." in said
    assert "530 trials of 10 participants" in said


def test_files_without_any_experiment_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.csv"
    other.write_text("subject_id,rating\n1,3\n")
    command = ["import", "borowski2021", str(other), "--out", str(tmp_path / "e.zip")]

    assert main(command) == 1

    assert "no CSV file has the columns subject_id" in capsys.readouterr().err
    assert not (tmp_path / "e.zip").exists()
