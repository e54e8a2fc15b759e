"""The same rows in every format: what is in the CSV tables is in the others, too."""

import builtins
import io
import json
from datetime import datetime
from typing import Any

import pytest
from pyarrow import parquet

from study_server.db import Database
from study_server.errors import ExportError
from study_server.export.cells import csv_cell
from study_server.export.codebook import TABLES
from study_server.export.column import Column
from study_server.export.formats import FORMATS
from tests.study_server.export.zips import export, files_of, read_json, read_table


def as_csv(column: Column, value: Any) -> str:
    """A value of another format, as the CSV table has it."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return repr(value) if isinstance(value, float) else csv_cell(column, value)


def unquoted(cell: str) -> str:
    return cell[1:-1].replace('""', '"') if cell.startswith('"') else cell


@pytest.mark.parametrize("format_name", ["jsonl", "parquet"])
def test_every_row_is_the_same_in_every_format(
    database: Database, format_name: str
) -> None:
    """7.7: JSON Lines and Parquet hold what the CSV tables hold."""
    archive = export(database)
    files = files_of(export(database, format_name=format_name))

    for table, columns in TABLES.items():
        content = files[f"{table}.{format_name}"]
        if format_name == "jsonl":
            found = [json.loads(line) for line in content.splitlines()]
        else:
            found = parquet.read_table(io.BytesIO(content)).to_pylist()
        texts = [
            {c.name: unquoted(as_csv(c, row[c.name])) for c in columns} for row in found
        ]
        assert texts == read_table(archive, table)


@pytest.mark.parametrize("format_name", ["jsonl", "parquet"])
def test_other_formats_keep_the_original_text(
    database: Database, format_name: str
) -> None:
    """7.9: only CSV needs the apostrophe."""
    content = files_of(export(database, format_name=format_name))[
        f"participants.{format_name}"
    ]
    if format_name == "jsonl":
        rows = [json.loads(line) for line in content.splitlines()]
    else:
        rows = parquet.read_table(io.BytesIO(content)).to_pylist()

    assert [row["strategy"] for row in rows] == [None, "=1+1", None]


def test_columns_of_parquet_have_types_and_meanings(database: Database) -> None:
    files = files_of(export(database, format_name="parquet"))

    schema = parquet.read_schema(io.BytesIO(files["responses.parquet"]))

    types = {name: str(schema.field(name).type) for name in schema.names}
    assert types["rt_ms"] == "double"
    assert types["confidence"] == "int64"
    assert types["is_correct"] == "bool"
    assert types["received_at"] == "timestamp[us, tz=UTC]"
    assert b"1 low" in schema.field("confidence").metadata[b"meaning"]


@pytest.mark.parametrize("format_name", FORMATS)
def test_every_format_gives_the_same_bytes_for_the_same_data(
    database: Database, format_name: str
) -> None:
    """7.9; and its codebook and checksums are those of its own files."""
    archive = export(database, format_name=format_name)
    folder = FORMATS[format_name].documents

    book = read_json(archive, f"{folder}codebook.json")["tables"]
    facts = read_json(archive, f"{folder}export.json")

    assert archive == export(database, format_name=format_name)
    assert set(book) == set(facts["n_rows"]) == set(FORMATS[format_name].tables)
    assert set(facts["table_sha256"]) < set(files_of(archive))


def test_parquet_without_its_library_names_what_to_install(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_import = builtins.__import__

    def without_arrow(name: str, *arguments: Any, **options: Any) -> Any:
        if name.startswith("pyarrow"):
            raise ModuleNotFoundError(name)
        return real_import(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without_arrow)

    with pytest.raises(ExportError, match=r"pip install 'accentuate\[parquet\]'"):
        export(database, format_name="parquet")
