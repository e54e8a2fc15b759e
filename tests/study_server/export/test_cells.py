"""How values are written into tables."""

import csv
import io
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from study_server.export.cells import Value, csv_cells, csv_lines, plain_text
from study_server.export.column import Column, ColumnType

PLAIN = Column(name="x", type="text", meaning="Anything.")
GUARDED = Column(name="x", type="text", meaning="Anything.", formula_guard=True)


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_a_spreadsheet_would_compute_carries_an_apostrophe(first: str) -> None:
    (text,) = csv_cells(GUARDED, [f"{first}SUM(A1)"])

    assert text.strip('"') == f"'{first}SUM(A1)"


def test_a_guarded_column_leaves_harmless_text_alone() -> None:
    assert csv_cells(GUARDED, ["a = b"]) == ["a = b"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        (-3, "-3"),
        (0.1 + 0.2, "0.30000000000000004"),
        (["a", "b"], "a|b"),
        ("", ""),
    ],
)
def test_values_are_written_whole(value: object, text: str) -> None:
    assert plain_text(value) == text


def test_moments_are_written_in_utc() -> None:
    in_berlin = timezone(timedelta(hours=2))

    text = plain_text(datetime(2024, 5, 1, 1, 0, tzinfo=in_berlin))

    assert text == "2024-04-30T23:00:00.000000Z"


@pytest.mark.parametrize(
    ("kind", "values", "cells"),
    [
        ("boolean", [True, None, False], ["true", "", "false"]),
        ("boolean", [1, 0, 1], ["true", "false", "true"]),  # as SQLite stores them
        ("number", [0.1 + 0.2, None, -0.0], ["0.30000000000000004", "", "-0.0"]),
        ("integer", [-3, None, -3], ["-3", "", "-3"]),
        ("text", ["a,b", None, 'say "no"'], ['"a,b"', "", '"say ""no"""']),
        ("text", ["a", "b", "c"], ["a", "b", "c"]),
    ],
)
def test_a_column_is_written_as_its_type_asks(
    kind: ColumnType, values: list[Value], cells: list[str]
) -> None:
    column = Column(name="x", type=kind, meaning="Anything.")

    assert list(csv_cells(column, values)) == cells


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.lists(ANY_TEXT, min_size=2))
def test_any_text_survives_a_csv_reader(row: list[str]) -> None:
    line = csv_lines([PLAIN] * len(row), [[text] for text in row]).decode()

    assert list(csv.reader(io.StringIO(line, newline=""))) == [row]
