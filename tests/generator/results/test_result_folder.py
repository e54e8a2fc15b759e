"""Files of a run: names that any disk takes, tables and records anyone can read."""

import json
from pathlib import Path

import pytest

from generator.errors import OutputError
from generator.results.result_folder import ResultFolder


def test_features_that_differ_in_signs_alone_get_files_of_their_own(
    tmp_path: Path,
) -> None:
    folder = ResultFolder.create(tmp_path)

    stems = [folder.new_stem("p", f"logit:a {sign} logit:b") for sign in "+-*"]

    assert stems == [
        "p--logit-a-logit-b",
        "p--logit-a-logit-b-2",
        "p--logit-a-logit-b-3",
    ]


def test_a_name_without_latin_letters_still_names_a_file(tmp_path: Path) -> None:
    assert ResultFolder.create(tmp_path).new_stem("снимок", "a:1") == "unnamed--a-1"


def test_a_long_expression_fits_into_a_file_name(tmp_path: Path) -> None:
    folder = ResultFolder.create(tmp_path)
    expression = " + ".join(f"logit:label{i}" for i in range(100))

    stems = [folder.new_stem("photograph " * 30, expression) for _ in range(2)]

    assert stems[0] != stems[1]
    for stem in stems:
        folder.write_bytes(f"{stem}.opacity_map.p5.sd0.56px.png", b"")


def test_a_record_is_strict_json_also_where_a_number_is_undefined(
    tmp_path: Path,
) -> None:
    record = {"balance": float("nan"), "pair": (1.0, float("inf")), "file": "caf\udce9"}

    path = ResultFolder.create(tmp_path).write_record("run.json", record)

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    found = json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)
    assert found == {"balance": None, "pair": [1.0, None], "file": "caf\udce9"}


def test_a_table_keeps_labels_with_commas_quotes_and_lines(tmp_path: Path) -> None:
    rows = [{"label": 'a, "b"\nc', "file": "caf\udce9"}]

    path = ResultFolder.create(tmp_path).write_table("t.csv", rows)

    assert path.read_bytes() == b'label,file\r\n"a, ""b""\nc",caf\\udce9\r\n'


def test_a_folder_under_a_file_is_refused_before_anything_is_written(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(OutputError, match="is a file"):
        ResultFolder.create(tmp_path / "file" / "made")
