"""A blind look counts people and exclusions; it cannot see who was right."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.cli import main
from analysis.errors import ExportFormatError
from analysis.interim import InterimConfig, write_interim
from analysis.load import load_export
from analysis.power.components import StudyPlan, VarianceComponents
from analysis.power.precision import precision
from analysis.preregistration import Preregistration
from tests.analysis.synthetic import SyntheticStudy, draw_tables
from tests.analysis.synthetic_zip import Tables, write_zip

PLANNED = {"definition": {"study": {"n_slots": 120}, "exclusions": []}}
STUDY = SyntheticStudy(n_participants=12, n_features=8)


def look(folder: Path, *exports: Path, **changes: Any) -> dict[str, Any]:
    config = {"components": VarianceComponents(), "out_dir": folder / "interim"}
    return write_interim(InterimConfig(export_paths=exports, **{**config, **changes}))


def without_main_truth(tables: Tables) -> Tables:
    """The tables as the server exports them while a study is blind."""
    hidden = {}
    for name, table in tables.items():
        columns = [c for c in ("is_correct", "correct_option") if c in table]
        if "trial_kind" in table:
            kept = table["trial_kind"] != "main"
            table = table.assign(**{c: table[c].where(kept) for c in columns})
        hidden[name] = table
    return hidden


def other_side_right(tables: Tables) -> Tables:
    """The same choices, and the other image of each main trial the right one."""
    turned = dict(tables)
    for name in ("trials", "responses"):
        table = turned[name].copy()
        main_rows = table["trial_kind"] == "main"
        other = table["correct_option"].map({"left": "right", "right": "left"})
        table.loc[main_rows, "correct_option"] = other[main_rows]
        if "is_correct" in table:
            flipped = ~table["is_correct"].astype(bool)
            table.loc[main_rows, "is_correct"] = flipped[main_rows]
        turned[name] = table
    return turned


@pytest.fixture
def open_export(tmp_path: Path) -> Path:
    return write_zip(tmp_path / "open.zip", draw_tables(STUDY), header=PLANNED)


@pytest.fixture
def blind_export(tmp_path: Path) -> Path:
    tables = without_main_truth(draw_tables(STUDY))
    header = {**PLANNED, "is_blind": True}
    return write_zip(tmp_path / "blind.zip", tables, header=header)


def test_a_report_of_a_blind_export_is_refused_and_points_to_the_blind_look(
    blind_export: Path,
) -> None:
    with pytest.raises(ExportFormatError, match="study-analysis interim"):
        load_export(blind_export)


def test_a_blind_look_says_the_same_whichever_answers_are_right(
    tmp_path: Path, open_export: Path, blind_export: Path
) -> None:
    turned = other_side_right(draw_tables(STUDY))
    exports = {
        "open": open_export,
        "blind": blind_export,
        "turned": write_zip(tmp_path / "turned.zip", turned, header=PLANNED),
    }
    seen = {}
    for name, path in exports.items():
        facts = look(tmp_path / name, path)
        del facts["provenance"], facts["study"]  # checksums of the files themselves
        seen[name] = facts
    assert seen["open"] == seen["blind"] == seen["turned"]


def test_no_truth_about_main_trials_is_loaded(open_export: Path) -> None:
    trials = load_export(open_export, hides_truth=True).trials
    is_main = trials["trial_kind"] == "main"
    assert trials.loc[is_main, ["is_correct", "correct_option"]].isna().all(axis=None)
    assert trials.loc[~is_main, "correct_option"].notna().all()


def test_truth_that_is_missing_in_a_catch_trial_is_damage_even_in_a_blind_export(
    tmp_path: Path,
) -> None:
    tables = without_main_truth(draw_tables(STUDY))
    trials = tables["trials"]
    kept = trials["trial_kind"] != "catch"
    tables["trials"] = trials.assign(
        correct_option=trials["correct_option"].where(kept)
    )
    path = write_zip(tmp_path / "damaged.zip", tables, header={"is_blind": True})
    with pytest.raises(ExportFormatError, match="correct_option: empty"):
        load_export(path, hides_truth=True)


def test_precision_is_that_of_the_formula_now_and_at_the_planned_number(
    tmp_path: Path, open_export: Path
) -> None:
    components = VarianceComponents(feature_condition=0.3)
    now, planned = look(tmp_path, open_export, components=components)["precision"]
    for row, n_participants in ((now, 12), (planned, 120)):
        plan = StudyPlan(n_participants=n_participants, n_features=8, n_conditions=4)
        assert row["n_participants"] == n_participants
        assert row["precision"] == pytest.approx(precision(plan, components)._asdict())


def test_a_study_of_one_person_says_that_precision_needs_more(tmp_path: Path) -> None:
    tables = draw_tables(SyntheticStudy(n_participants=1, n_features=8))
    export = write_zip(tmp_path / "export.zip", tables, exclusions=())
    (now,) = look(tmp_path, export)["precision"]
    assert now["precision"] is None
    assert "two participants" in now["reason"]


def test_a_study_without_sessions_has_a_blind_look(tmp_path: Path) -> None:
    tables = {
        name: table.iloc[:0]
        for name, table in draw_tables(SyntheticStudy(n_participants=2)).items()
    }
    export = write_zip(tmp_path / "export.zip", tables, exclusions=())
    facts = look(tmp_path, export)
    assert facts["sizes"]["n_participants"] == 0
    assert "0 participants" in (tmp_path / "interim/interim.html").read_text()


def test_preregistered_exclusions_apply_and_its_looks_are_listed(
    tmp_path: Path, open_export: Path
) -> None:
    plan = Preregistration(
        exclusions=({"name": "catch", "min_correct": 4},), looks=2, bounds="pocock"
    )
    path = tmp_path / "preregistration.json"
    path.write_text(plan.as_json())
    facts = look(tmp_path, open_export, preregistration_path=path, n_planned=24)
    assert "catch" in [rule["rule"] for rule in facts["flow"]["rules"]]
    looks = facts["looks"]
    assert [row["n_participants"] for row in looks] == [12, 24]
    assert [row["z_bound"] for row in looks] == pytest.approx([2.178, 2.178], abs=1e-3)
    assert not looks[1]["is_due"]


def test_the_same_export_makes_the_same_bytes(
    tmp_path: Path, open_export: Path
) -> None:
    look(tmp_path / "one", open_export)
    look(tmp_path / "two", open_export)
    for name in ("interim.json", "interim.html", "outputs.json"):
        one, two = (tmp_path / n / "interim" / name for n in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


def test_the_command_prints_what_is_left_and_where_it_stands(
    tmp_path: Path, blind_export: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "interim"
    assert main(["interim", str(blind_export), "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "12 sessions, 0 excluded, 12 left" in printed
    assert "planned, 120 participants: detects" in printed
    facts = json.loads((out / "interim.json").read_text())
    assert facts["sizes"]["n_participants"] == 12
    assert pd.notna(facts["precision"][0]["precision"]["half_width"])


def test_a_planned_number_below_one_is_refused(
    tmp_path: Path, open_export: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "interim"
    command = ["interim", str(open_export), "--out", str(folder)]
    assert main([*command, "--planned-participants", "0"]) == 1
    assert "at least 1; got 0" in capsys.readouterr().err
    assert not folder.exists()
