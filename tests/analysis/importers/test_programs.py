"""Files of jsPsych and PsychoPy, and columns under names of one's own."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.importers.cells import ImportFormatError
from analysis.importers.jspsych import read_jspsych
from analysis.importers.psychopy import read_psychopy

TRIAL: dict[str, Any] = {
    "subject_id": "p1",
    "trial_index": 0,
    "mode": "natural",
    "feature_id": "f1",
    "stratum": "far",
    "response": "right",
    "correct": True,
    "confidence": 2,
    "rt": 1234,
    "is_demo": False,
    "catch_trial": False,
}
PSYCHOPY = pd.DataFrame(
    {
        "participant": ["p1", "p1", "p1"],
        "condition": ["natural", "seed_only", None],
        "feature": ["f1", "f2", None],
        "key_resp.keys": ["left", "right", None],
        "key_resp.corr": [1, 0, None],
        "key_resp.rt": [0.5, 1.25, None],
    }
)


def as_csv(path: Path, rows: list[dict[str, Any]]) -> Path:
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def test_csv_and_json_of_jspsych_give_the_same_trials(tmp_path: Path) -> None:
    rows = [TRIAL, {**TRIAL, "trial_index": 1, "correct": False}]
    (tmp_path / "d.json").write_text(json.dumps([rows]))

    from_csv = read_jspsych([as_csv(tmp_path / "d.csv", rows)]).trials
    from_json = read_jspsych([tmp_path / "d.json"]).trials

    pd.testing.assert_frame_equal(from_csv, from_json)
    assert from_csv["correct_option"].tolist() == ["right", "left"]
    assert from_csv["rt_ms"].tolist() == [1234.0, 1234.0]


def test_demo_and_catch_trials_of_jspsych_are_no_main_trials(tmp_path: Path) -> None:
    rows = [TRIAL, {**TRIAL, "is_demo": True}, {**TRIAL, "catch_trial": True}]

    trials = read_jspsych([as_csv(tmp_path / "d.csv", rows)]).trials

    assert trials["trial_kind"].tolist() == ["main", "practice", "catch"]


def test_screens_between_the_trials_are_left_out_and_counted(tmp_path: Path) -> None:
    screen = {"subject_id": "p1", "trial_index": 7, "correct": None}

    imported = read_jspsych([as_csv(tmp_path / "d.csv", [TRIAL, screen])])

    assert len(imported.trials) == 1
    assert imported.notes[0].startswith("1 rows without `correct`")


def test_seconds_of_psychopy_become_milliseconds(tmp_path: Path) -> None:
    PSYCHOPY.to_csv(tmp_path / "p.csv", index=False)

    trials = read_psychopy([tmp_path / "p.csv"]).trials

    assert trials["rt_ms"].tolist() == [500.0, 1250.0]
    assert trials["trial_index"].tolist() == [0, 1]
    assert trials["is_correct"].tolist() == [True, False]
    assert trials["stratum"].tolist() == ["all", "all"]


def test_a_column_can_be_named(tmp_path: Path) -> None:
    table = PSYCHOPY.rename(columns={"condition": "which images"})
    table.to_csv(tmp_path / "p.csv", index=False)

    with pytest.raises(ImportFormatError, match="--column condition=NAME"):
        read_psychopy([tmp_path / "p.csv"])
    named = read_psychopy([tmp_path / "p.csv"], columns={"condition": "which images"})

    assert named.trials["condition"].tolist() == ["natural", "seed_only"]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"dream": "x"}, "no column 'dream' to fill"),
        ({"confidence": "nowhere"}, "column nowhere: missing"),
    ],
)
def test_a_name_that_leads_nowhere_is_refused(
    tmp_path: Path, columns: dict[str, str], message: str
) -> None:
    PSYCHOPY.to_csv(tmp_path / "p.csv", index=False)

    with pytest.raises(ImportFormatError, match=message):
        read_psychopy([tmp_path / "p.csv"], columns=columns)


@pytest.mark.parametrize("content", ["[]", "3", "{"])
def test_json_without_trials_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "d.json").write_text(content)

    with pytest.raises(ImportFormatError, match=r"d\.json"):
        read_jspsych([tmp_path / "d.json"])


def test_a_word_for_a_trial_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    rows = [{**TRIAL, "phase": "training"}, {**TRIAL, "phase": "main"}]

    with pytest.raises(ImportFormatError, match="a trial is called 'training'"):
        read_jspsych(
            [as_csv(tmp_path / "d.csv", rows)], columns={"trial_kind": "phase"}
        )


def test_the_same_data_twice_stop_an_import(tmp_path: Path) -> None:
    rows = [TRIAL, {**TRIAL, "trial_index": 1, "rt": 900}]
    files = [as_csv(tmp_path / name, rows) for name in ("a.csv", "b.csv")]

    with pytest.raises(ImportFormatError, match="the same answer"):
        read_jspsych(files).refuse_broken_promises()
    read_jspsych(files[:1]).refuse_broken_promises()


def test_sides_that_the_file_does_not_tell_are_not_made_up(tmp_path: Path) -> None:
    told = read_jspsych([as_csv(tmp_path / "a.csv", [TRIAL])])
    rows = [TRIAL, {**TRIAL, "trial_index": 1, "response": "q"}]
    untold = read_jspsych([as_csv(tmp_path / "b.csv", rows)])

    assert told.option_names == ("left", "right")
    assert untold.option_names is None
