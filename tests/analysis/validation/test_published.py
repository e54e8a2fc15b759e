"""When a data set agrees with what was printed about it, and how that is said."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.cli import main
from analysis.config import AnalysisConfig
from analysis.validation.entry import Entry
from analysis.validation.published import BOROWSKI_2021, Published, with_published
from analysis.validation.run import Validation, validate
from tests.analysis.importers.borowski import (
    PlantedExperiment,
    draw_experiment,
    write_experiment,
)

FEW = AnalysisConfig(n_resamples=100, n_flips=100)
SMALL = PlantedExperiment(n_participants=4, n_features=4)
ACCURACY = Published("I/natural/accuracy", 0.92, ("I/natural/accuracy",))
SPREAD = Published("I/n/accuracy_2_sem", 0.04, ("I/n/x_ddof_0", "I/n/x_ddof_1"))


def verdict(entries: list[Entry], *published: Published) -> Validation:
    found, notes = with_published(entries, published)
    return Validation(
        source="borowski2021",
        entries=tuple(found),
        checks=(),
        notes=tuple(notes),
        has_published=bool(published),
    )


@pytest.mark.parametrize(("value", "status"), [(0.9249, "passed"), (0.93, "missed")])
def test_an_accuracy_is_met_if_it_rounds_to_the_printed_one(
    value: float, status: str
) -> None:
    found = verdict([Entry(name="I/natural/accuracy", value=value)], ACCURACY)

    assert found.status == status
    assert found.is_passed == (status == "passed")


@pytest.mark.parametrize(
    ("ddof_0", "ddof_1", "is_met"),
    [(0.0339, 0.0341, True), (0.0459, 0.0470, True), (0.050, 0.052, False)],
)
def test_a_spread_is_met_by_either_ddof_and_counts_once(
    ddof_0: float, ddof_1: float, is_met: bool
) -> None:
    entries = [
        Entry(name="I/n/x_ddof_0", value=ddof_0),
        Entry(name="I/n/x_ddof_1", value=ddof_1),
    ]

    found = verdict(entries, SPREAD)

    assert found.compared == {"I/n/accuracy_2_sem": is_met}
    assert [e.is_close for e in found.entries] == [is_met, is_met]
    assert all(e.readings == (ddof_0, ddof_1) for e in found.entries)
    assert found.is_passed == is_met


def test_a_number_that_is_not_found_is_missed_and_the_cells_are_named() -> None:
    found = verdict([Entry(name="I/none/accuracy", value=0.5)], ACCURACY)

    assert found.missed == ["I/natural/accuracy"]
    assert "found none." in str(found.entries[-1].detail)
    assert found.entries[-1].as_dict()["value"] is None


def test_an_experiment_that_is_absent_is_said_and_alone_passes_nothing() -> None:
    found = verdict([Entry(name="II/natural/accuracy", value=0.92)], ACCURACY)

    assert found.missed == []
    assert found.notes == (
        "Experiment I is not among the files: its 1 published numbers were not "
        "compared.",
    )
    assert found.status == "not_compared"
    assert not found.is_passed


def test_a_source_without_published_numbers_says_so() -> None:
    assert verdict([]).status == "nothing_published"


def test_accuracies_and_spreads_of_four_conditions_were_printed() -> None:
    """Borowski et al. (2021), figures 4 and 6."""
    assert len({number.name for number in BOROWSKI_2021}) == 8


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.config.AnalysisConfig", lambda **_: FEW)


@pytest.mark.usefixtures("quick")
def test_the_command_prints_one_entry_per_number_and_the_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_experiment(tmp_path / "1.csv", draw_experiment(SMALL))

    code = main(["validate", "borowski2021", str(tmp_path), "--json"])

    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    assert all({"name", "value", "interval", "published"} <= set(e) for e in found)
    assert {e["name"] for e in found} >= {"I/natural/accuracy", "check/unique_trials"}
    assert code == int(any(e.get("is_close") is False for e in found))
    assert found[-1]["name"] == "verdict"
    assert found[-1]["status"] == ("missed" if code else "passed")
    assert any("Experiment II is not among" in note for note in found[-1]["notes"])


@pytest.mark.usefixtures("quick")
def test_cells_with_other_names_cannot_pass(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    planted = {"natural": 0.7, "optimized": 0.6}
    second = PlantedExperiment(
        accuracy=planted, is_second=True, n_participants=3, n_features=3
    )
    table = draw_experiment(second)
    table = table.drop(columns=["instruction_grid_mode", "n_instruction_patches"])
    table["condition_name"] = "cell " + table["condition_name"].str[-1]
    write_experiment(tmp_path / "2.csv", table)

    code = main(["validate", "borowski2021", str(tmp_path)])

    printed = capsys.readouterr().out
    assert code == 1
    assert "natural/cell 9" in printed
    assert "0 of 4 published numbers were met." in printed


def test_a_file_that_cannot_be_read_has_a_status_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draw_experiment(SMALL).to_csv(tmp_path / "1.csv", sep=";")

    code = main(["validate", "borowski2021", str(tmp_path), "--json"])

    printed = capsys.readouterr()
    (entry,) = json.loads(printed.out)
    assert code == 1
    assert entry["status"] == "refused"
    assert "semicolons" in entry["notes"][0]
    assert "semicolons" in printed.err


def test_files_that_are_none_of_the_data_stop_nothing(tmp_path: Path) -> None:
    table = draw_experiment(SMALL)
    write_experiment(tmp_path / "1.csv", table)
    write_experiment(tmp_path / "copy of 1.csv", table)
    hidden = tmp_path / ".ipynb_checkpoints"
    hidden.mkdir()
    write_experiment(hidden / "1-checkpoint.csv", table.iloc[1:])
    mapping = tmp_path / "mapping.csv"
    mapping.write_text("folder structure - InceptionV1\nlayer,kernel\n0,0\n")
    (tmp_path / "empty.csv").write_text("")
    pd.DataFrame({"ä": ["ö"]}).to_csv(tmp_path / "latin.csv", encoding="latin-1")

    found = validate("borowski2021", tmp_path, FEW)

    assert {entry.name.split("/")[0] for entry in found.entries} == {"I"}
    said = "\n".join(found.notes)
    assert "copy of 1.csv has the content of" in said
    assert "mapping.csv is no experiment and was skipped." in said
    assert "empty.csv cannot be read and was skipped" in said
    assert "latin.csv is no experiment and was skipped." in said
    assert "checkpoint" not in said
