"""What a damaged, foreign or hostile export meets: one message, and no report."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analysis import archive
from analysis.errors import ExportFormatError
from analysis.load import load_export
from tests.analysis.synthetic import SyntheticStudy, draw_tables
from tests.analysis.synthetic_zip import codebook, write_zip

Files = dict[str, bytes]

SMALL = SyntheticStudy(n_participants=4, n_features=4)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """The files of a small export, to be changed."""
    path = write_zip(tmp_path / "whole.zip", draw_tables(SMALL))
    with zipfile.ZipFile(path) as whole:
        return {name: whole.read(name) for name in whole.namelist()}


def packed(folder: Path, files: Files, **pack: Any) -> Path:
    """The files as an export with checksums that fit."""
    header = json.loads(files["export.json"])
    header["table_sha256"] = {
        f"{name}.csv": hashlib.sha256(files[f"{name}.csv"]).hexdigest()
        for name in ("participants", "trials", "responses")
    }
    path = folder / "export.zip"
    with zipfile.ZipFile(path, "w", **pack) as new:
        for name, content in {
            **files,
            "export.json": json.dumps(header).encode(),
        }.items():
            new.writestr(name, content)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ExportFormatError) as caught:
        load_export(path)
    return str(caught.value)


def with_row(content: bytes, row: int, change: Callable[[bytes], bytes]) -> bytes:
    lines = content.split(b"\n")
    lines[row] = change(lines[row])
    return b"\n".join(lines)


@pytest.mark.parametrize(
    "change", [lambda line: line + b",x", lambda line: line.rsplit(b",", 2)[0]]
)
def test_a_row_longer_or_shorter_than_the_header_is_refused(
    tmp_path: Path, files: Files, change: Callable[[bytes], bytes]
) -> None:
    files["responses.csv"] = with_row(files["responses.csv"], 2, change)

    message = refusal(packed(tmp_path, files))

    assert "table responses: data row 2 has " in message
    assert "cells; the header has" in message


def test_a_column_that_stands_twice_is_refused(tmp_path: Path, files: Files) -> None:
    lines = files["trials.csv"].rstrip(b"\n").split(b"\n")
    files["trials.csv"] = b"\n".join(
        [lines[0] + b",condition", *(line + b",natural" for line in lines[1:])]
    )

    assert "column condition: stands more than once" in refusal(packed(tmp_path, files))


def test_an_empty_table_is_refused(tmp_path: Path, files: Files) -> None:
    files["trials.csv"] = b""

    assert "trials.csv is empty" in refusal(packed(tmp_path, files))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tables": [1]}, "table participants: codebook.json has no such table"),
        ({"choice": "left or right"}, "column choice: its codebook entry must be an"),
        ({"choice": {"type": "text", "levels": 3}}, "levels in the codebook must be a"),
        ({"rt_ms": {"type": "number", "range": [1]}}, "column rt_ms: range in the"),
        ({"rt_ms": {"type": "number", "range": ["a", 2]}}, "must be two numbers"),
    ],
)
def test_a_malformed_codebook_is_refused(
    tmp_path: Path, files: Files, change: dict[str, Any], said: str
) -> None:
    book = codebook()
    if "tables" in change:
        book |= change
    else:
        book["tables"]["responses"] |= change
    files["codebook.json"] = json.dumps(book).encode()

    assert said in refusal(packed(tmp_path, files))


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("study_title", ["a"], "study_title must be a text"),
        ("n_sessions_left_out", "none", "n_sessions_left_out must be a whole number"),
        ("study_version", True, "study_version must be a whole number"),
        ("definition", {"share": float("nan")}, "NaN is no JSON number"),
    ],
)
def test_a_header_with_a_value_of_another_kind_is_refused(
    tmp_path: Path, files: Files, key: str, value: object, said: str
) -> None:
    header = json.loads(files["export.json"]) | {key: value}
    files["export.json"] = json.dumps(header).encode()

    assert said in refusal(packed(tmp_path, files))


def test_endless_brackets_are_refused_like_any_other_bad_json(
    tmp_path: Path, files: Files
) -> None:
    files["codebook.json"] = b"[" * 200_000

    assert "codebook.json of export.zip is not JSON" in refusal(packed(tmp_path, files))


def test_a_session_of_two_people_is_refused(tmp_path: Path, files: Files) -> None:
    lines = files["participants.csv"].decode().split("\n")
    column = lines[0].split(",").index("participant_id")
    cells = lines[1].split(",")
    cells[column] = "somebody-else"
    files["participants.csv"] = "\n".join(
        [lines[0], ",".join(cells), *lines[2:]]
    ).encode()

    message = refusal(packed(tmp_path, files))

    assert "table trials, column participant_id: data row 1" in message
    assert "'somebody-else' in participants" in message


def test_a_file_too_large_to_be_an_export_is_not_unpacked(
    tmp_path: Path, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_FILE_BYTES", 1000)

    message = refusal(packed(tmp_path, files, compression=zipfile.ZIP_DEFLATED))

    assert "would unpack to" in message
    assert "at most 1,000 are read" in message


def test_files_that_are_no_part_of_an_export_are_not_opened(
    tmp_path: Path, files: Files
) -> None:
    path = packed(tmp_path, files | {"../../outside.txt": b"x" * 50})

    assert len(load_export(path).participants) == 4
    assert not (tmp_path.parent.parent / "outside.txt").exists()


# Byte 8 of a central entry is its flags, byte 10 its packing method (PKZIP 4.3.12).
@pytest.mark.parametrize(("offset", "value"), [(8, 1), (10, 99)])
def test_a_locked_or_oddly_packed_zip_is_refused(
    tmp_path: Path, files: Files, offset: int, value: int
) -> None:
    content = bytearray(packed(tmp_path, files).read_bytes())
    entry = content.find(b"PK\x01\x02")
    content[entry + offset] = value
    content[offset - 2] = value
    path = tmp_path / "odd.zip"
    path.write_bytes(content)

    assert "odd.zip cannot be unpacked" in refusal(path)


def test_a_zip_with_a_damaged_stream_is_refused(tmp_path: Path, files: Files) -> None:
    path = packed(tmp_path, files, compression=zipfile.ZIP_DEFLATED)
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as whole:
        start = whole.getinfo("trials.csv").header_offset
    content[start + 60 : start + 90] = b"\xff" * 30
    path.write_bytes(content)

    assert "export.zip is not a whole zip file" in refusal(path)
