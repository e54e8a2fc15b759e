"""How values are written into tables."""

import csv
import io
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from study_server.export.cells import cell, csv_line
from study_server.export.column import Column

PLAIN = Column(name="x", type="text", meaning="Anything.")
GUARDED = Column(name="x", type="text", meaning="Anything.", formula_guard=True)


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_a_spreadsheet_would_compute_carries_an_apostrophe(first: str) -> None:
    assert cell(GUARDED, f"{first}SUM(A1)") == f"'{first}SUM(A1)"


def test_a_guarded_column_leaves_harmless_text_alone() -> None:
    assert cell(GUARDED, "a = b") == "a = b"


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
    assert cell(PLAIN, value) == text


def test_moments_are_written_in_utc() -> None:
    in_berlin = timezone(timedelta(hours=2))

    text = cell(PLAIN, datetime(2024, 5, 1, 1, 0, tzinfo=in_berlin))

    assert text == "2024-04-30T23:00:00.000000Z"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2))
def test_any_text_survives_a_csv_reader(cells: list[str]) -> None:
    line = csv_line(cells).decode()

    assert list(csv.reader(io.StringIO(line, newline=""))) == [cells]
