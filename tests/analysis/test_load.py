import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.errors import ExportFormatError
from analysis.load import StudyExport, load_export
from tests.analysis.synthetic import SyntheticStudy, draw_tables
from tests.analysis.synthetic_zip import Tables, codebook, write_zip

SMALL = SyntheticStudy(n_participants=4, n_features=4)


@pytest.fixture
def tables() -> Tables:
    return draw_tables(SMALL)


def refusal(path: Path) -> str:
    with pytest.raises(ExportFormatError) as caught:
        load_export(path)
    return str(caught.value)


def test_every_planned_trial_is_joined_with_its_answer(
    tmp_path: Path, tables: Tables
) -> None:
    tables["responses"] = tables["responses"].iloc[:-3]
    tables["trials"].loc[tables["trials"].index[-2:], "first_served_at"] = pd.NaT

    export = load_export(write_zip(tmp_path / "e.zip", tables))

    assert len(export.trials) == len(tables["trials"])
    assert export.trials["is_answered"].sum() == len(tables["responses"])
    assert (~export.trials["is_shown"]).sum() == 2
    assert len(export.responses) == len(tables["responses"])


def test_columns_come_back_with_the_type_of_the_codebook(export: StudyExport) -> None:
    assert str(export.trials["confidence"].dtype) == "Int64"
    assert str(export.trials["rt_ms"].dtype) == "float64"
    assert str(export.trials["is_correct"].dtype) == "boolean"
    assert str(export.participants["consented_at"].dt.tz) == "UTC"
    practice = export.trials["trial_kind"] == "practice"
    assert export.trials.loc[practice, "block_index"].isna().all()


def test_formula_guards_are_taken_off_and_other_apostrophes_stay(
    tmp_path: Path, tables: Tables
) -> None:
    tables["participants"]["strategy"] = ["=sum", "'quoted'", "-x", "plain"]

    export = load_export(write_zip(tmp_path / "e.zip", tables))

    assert list(export.participants["strategy"]) == ["=sum", "'quoted'", "-x", "plain"]


def test_an_export_without_any_session_is_read(tmp_path: Path, tables: Tables) -> None:
    empty = {name: table.iloc[:0] for name, table in tables.items()}

    export = load_export(write_zip(tmp_path / "e.zip", empty))

    assert len(export.participants) == len(export.trials) == 0


@pytest.mark.parametrize("column", ["choice", "rt_ms", "n_conflicts"])
def test_a_missing_column_is_refused_by_name(
    tmp_path: Path, tables: Tables, column: str
) -> None:
    tables["responses"] = tables["responses"].drop(columns=column)

    message = refusal(write_zip(tmp_path / "e.zip", tables))

    assert f"table responses, column {column}: missing" in message


def test_a_column_that_the_codebook_does_not_know_is_refused(
    tmp_path: Path, tables: Tables
) -> None:
    tables["trials"]["mood"] = "good"

    message = refusal(write_zip(tmp_path / "e.zip", tables))

    assert "table trials, column mood" in message


def test_a_documented_extra_column_is_read(tmp_path: Path, tables: Tables) -> None:
    tables["trials"]["mood"] = "good"
    book = codebook()
    book["tables"]["trials"]["mood"] = {"type": "text", "levels": ["good"]}

    export = load_export(write_zip(tmp_path / "e.zip", tables, book=book))

    assert (export.trials["mood"] == "good").all()


def test_a_column_that_points_at_a_person_is_refused(
    tmp_path: Path, tables: Tables
) -> None:
    tables["participants"]["prolific_pid"] = "5f1a"
    book = codebook()
    book["tables"]["participants"]["prolific_pid"] = {"type": "text"}

    message = refusal(write_zip(tmp_path / "e.zip", tables, book=book))

    assert "prolific_pid" in message
    assert "platform" in message


@pytest.mark.parametrize(
    ("table", "column", "value", "wanted"),
    [
        ("responses", "choice", "middle", "one of left, right"),
        ("responses", "confidence", "2.5", "an integer"),
        ("responses", "confidence", "7", "a value from 1 to 3"),
        ("responses", "rt_ms", "fast", "a finite number"),
        ("responses", "rt_ms", "inf", "a finite number"),
        ("responses", "is_late", "TRUE", "true or false"),
        ("participants", "consented_at", "2025-03-01 09:00", "an ISO 8601 time"),
        ("participants", "consented_at", "2025-13-41T09:00:00Z", "an ISO 8601 time"),
        ("trials", "trial_kind", "bonus", "one of main, catch, practice"),
    ],
)
def test_a_cell_of_the_wrong_kind_is_refused_with_row_and_value(
    tmp_path: Path, tables: Tables, table: str, column: str, value: str, wanted: str
) -> None:
    cells = tables[table][column].astype(object)
    cells.iloc[2] = value
    tables[table][column] = cells

    message = refusal(write_zip(tmp_path / "e.zip", tables))

    assert f"table {table}, column {column}" in message
    assert wanted in message
    assert "data row 3" in message


def test_an_empty_key_cell_is_refused(tmp_path: Path, tables: Tables) -> None:
    tables["trials"].loc[1, "condition"] = ""

    message = refusal(write_zip(tmp_path / "e.zip", tables))

    assert "table trials, column condition: empty in data row 2" in message


def test_a_main_trial_without_its_query_pair_is_refused(
    tmp_path: Path, tables: Tables
) -> None:
    is_main = tables["trials"]["trial_kind"] == "main"
    tables["trials"].loc[is_main, "query_pair_id"] = ""

    message = refusal(write_zip(tmp_path / "e.zip", tables))

    assert "table trials, column query_pair_id: empty in main trial" in message


def test_a_codebook_of_another_type_is_refused(tmp_path: Path, tables: Tables) -> None:
    book = codebook()
    book["tables"]["responses"]["rt_ms"]["type"] = "text"

    message = refusal(write_zip(tmp_path / "e.zip", tables, book=book))

    assert "table responses, column rt_ms" in message
    assert "'number'" in message


def test_two_answers_to_one_trial_are_refused(tmp_path: Path, tables: Tables) -> None:
    again = tables["responses"].iloc[[0]].assign(response_id="again")
    tables["responses"] = pd.concat([tables["responses"], again])

    message = refusal(write_zip(tmp_path / "e.zip", tables))

    assert "answered more than once" in message
    assert "n_conflicts" in message


def test_an_answer_to_an_unknown_trial_is_refused(
    tmp_path: Path, tables: Tables
) -> None:
    tables["trials"] = tables["trials"].iloc[1:]

    assert "is in no other table" in refusal(write_zip(tmp_path / "e.zip", tables))


def test_an_answer_that_contradicts_the_plan_is_refused(
    tmp_path: Path, tables: Tables
) -> None:
    tables["responses"].loc[5, "condition"] = "dreams"

    message = refusal(write_zip(tmp_path / "e.zip", tables))

    assert "table responses, column condition: data row 6 says 'dreams'" in message


def test_a_wrong_answer_marked_right_is_refused(tmp_path: Path, tables: Tables) -> None:
    row = tables["responses"]["is_correct"]
    tables["responses"]["is_correct"] = ~row

    assert "contradicts choice" in refusal(write_zip(tmp_path / "e.zip", tables))


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ({"schema_version": 2}, "schema_version 2"),
        ({"n_rows": {"participants": 4, "trials": 1, "responses": 40}}, "rows"),
        ({"table_sha256": {}}, "disagree about"),
        ({"definition": None}, "definition must be an object"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(
    tmp_path: Path, tables: Tables, header: dict[str, Any], said: str
) -> None:
    assert said in refusal(write_zip(tmp_path / "e.zip", tables, header=header))


def test_a_changed_byte_is_noticed(tmp_path: Path, tables: Tables) -> None:
    path = write_zip(tmp_path / "e.zip", tables)
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "responses.csv":
                content = content.replace(b"left", b"Left", 1)
            new.writestr(name, content)

    assert "responses.csv was changed after the export" in refusal(changed)


def test_a_file_that_is_no_export_is_refused(tmp_path: Path) -> None:
    text, empty = tmp_path / "text.zip", tmp_path / "empty.zip"
    text.write_text("hello")
    zipfile.ZipFile(empty, "w").close()

    assert "not a whole zip" in refusal(text)
    assert "holds no export.json" in refusal(empty)
    assert "cannot read" in refusal(tmp_path / "absent.zip")


def test_a_truncated_export_is_refused(tmp_path: Path, export_path: Path) -> None:
    cut = tmp_path / "cut.zip"
    cut.write_bytes(export_path.read_bytes()[:5000])

    assert "not a whole zip" in refusal(cut)


def test_a_header_that_is_not_json_is_refused(tmp_path: Path, tables: Tables) -> None:
    path = write_zip(tmp_path / "e.zip", tables)
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "b.zip", "w") as new:
        for name in old.namelist():
            new.writestr(name, b"{" if name == "export.json" else old.read(name))

    assert "is not JSON" in refusal(tmp_path / "b.zip")


def test_the_checksum_of_the_zip_is_kept(
    export_path: Path, export: StudyExport
) -> None:
    assert export.sha256 == hashlib.sha256(export_path.read_bytes()).hexdigest()
    assert json.dumps(export.header["n_rows"]["participants"]) == "40"
