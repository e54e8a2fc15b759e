from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.importers.cells import ImportFormatError
from analysis.importers.imi2023 import read_imi2023
from analysis.importers.trial_table import main_trials

COMMON = {
    "rt": 2500.5,
    "button_pressed": 0,
    "switched_queries": "False",
    "confidence": 3,
    "choice": "a",
    "correct": "True",
    "is_demo": "False",
    "catch_trial": "False",
    "time_elapsed": 10000,
    "id": 1,
    "response_index": 0,
    "participant_id": "P0001",
    "corrected_trial_index": 1,
    "task_id": "t1",
    "task_number": 4,
    "batch": 3,
    "channel": 17.0,
    "layer": "layer2_0_conv1",
    "mode": "natural",
    "model": "resnet50",
    "passed_checks": "True",
    "multi_participation": "False",
    "catch_trials_result": "True",
    "catch_trials_details": "5",
}
BLANK = dict.fromkeys(["layer", "channel", "batch", "mode", "model"])
ROWS: list[dict[str, Any]] = [
    {"is_demo": "True", **BLANK},
    {"mode": "optimized", "choice": "b", "correct": "False"},
    {"model": "resnet50_hard95", "batch": 4},
    {
        "mode": "catch_trial",
        "model": "catch/manual",
        "batch": -1,
        "catch_trial": "True",
    },
    {"participant_id": "P0002", "response_index": 1, "passed_checks": "False"},
]


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    numbered = [{**COMMON, **r, "trial_index": i} for i, r in enumerate(rows)]
    pd.DataFrame(numbered, columns=[*COMMON, "trial_index"]).to_csv(path, index=False)
    return path


def test_rows_become_trials_of_the_common_table(tmp_path: Path) -> None:
    """10.3"""
    trials = read_imi2023([write(tmp_path / "responses_main.csv", ROWS)]).trials

    assert trials["trial_kind"].tolist() == ["practice", *["main"] * 2, "catch", "main"]
    assert trials["condition"].tolist()[1:3] == ["feature_visualization", "natural"]
    assert trials["session"].tolist()[-2:] == ["t1|0", "t1|1"]
    assert trials["is_correct"].tolist() == [True, False, True, True, True]
    assert trials["choice"].iloc[1] == "right"
    assert trials["correct_option"].iloc[1] == "left"
    assert trials["rt_ms"].iloc[0] == 2500.5


def test_the_suffix_of_a_model_is_the_difficulty_and_not_the_feature(
    tmp_path: Path,
) -> None:
    """10.3"""
    main = main_trials(read_imi2023([write(tmp_path / "r.csv", ROWS)]).trials)

    assert set(main["feature_id"]) == {"resnet50|layer2_0_conv1|17"}
    assert main["stratum"].tolist() == ["standard", "hard95", "standard"]
    assert main["query_pair_id"].tolist()[1].endswith("17/hard95/4")


def test_flags_of_the_source_are_carried_and_never_applied(tmp_path: Path) -> None:
    """10.3"""
    trials = read_imi2023([write(tmp_path / "r.csv", ROWS)]).trials

    assert len(trials) == len(ROWS)
    assert trials["passed_checks"].tolist() == [*[True] * 4, False]
    assert set(trials["catch_trials_result"]) == {"True"}
    assert set(trials["catch_trials_details"]) == {"5"}


def test_rows_that_stand_in_two_files_count_once(tmp_path: Path) -> None:
    some = write(tmp_path / "responses_main.csv", ROWS)
    again = write(tmp_path / "responses_all.csv", ROWS)

    imported = read_imi2023([some, again])

    assert len(imported.trials) == len(ROWS)
    assert imported.notes == ("5 rows stood in more than one file; each counts once.",)


def test_a_main_trial_without_a_mode_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "r.csv", [{"mode": None}])

    with pytest.raises(ImportFormatError, match="column mode: empty in a main trial"):
        read_imi2023([path])


def test_a_word_nobody_described_is_named_with_its_row(tmp_path: Path) -> None:
    path = write(tmp_path / "r.csv", [{}, {"choice": "c"}])

    with pytest.raises(ImportFormatError, match="column choice: 'c' in data row 2"):
        read_imi2023([path])
