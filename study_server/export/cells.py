"""How plain values become the lines of a CSV table. No Flask, no database."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from study_server.export.column import MISSING, Column

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""First characters that make a spreadsheet compute a cell instead of showing it."""

NEEDS_QUOTES = (",", '"', "\r", "\n")
"""The csv module leaves a lone carriage return unquoted, which readers take for the
end of the row."""

Value = str | int | float | bool | None
"""What a cell holds before a format writes it; moments and lists are text already."""


def csv_lines(columns: Sequence[Column], values: Sequence[Sequence[Value]]) -> bytes:
    """Rows as UTF-8, each ended by a newline.

    Args:
        values: one sequence for each column, all of the same length, at least 1.
    """
    cells = [csv_cells(c, v) for c, v in zip(columns, values, strict=True)]
    lines = map(",".join, zip(*cells, strict=True))
    return ("\n".join(lines) + "\n").encode()


def csv_line(cells: Iterable[str]) -> bytes:
    """One row of texts, as UTF-8, ended by a newline."""
    return (",".join(map(quoted, cells)) + "\n").encode()


def csv_cells(column: Column, values: Sequence[Value]) -> Sequence[str]:
    """The cells of one column, in quotation marks where they would be taken apart.

    Numbers are written in full, never rounded.
    """
    if column.type == "number":
        return number_cells(values)
    if not column.formula_guard and (harmless := harmless_texts(values)):
        return harmless
    cells = {value: csv_cell(column, value) for value in set(values)}  # few differ
    return list(map(cells.__getitem__, values))


def number_cells(values: Sequence[Any]) -> Sequence[str]:
    """Numbers in full; where none is missing, none has to be looked at."""
    if None not in values:
        return list(map(repr, values))
    return [MISSING if value is None else repr(value) for value in values]


def harmless_texts(values: Sequence[Any]) -> Sequence[str] | None:
    """The values themselves, if all are texts that may stand in a row as they are."""
    try:
        together = MISSING.join(values)
    except TypeError:  # a value is missing, or no text
        return None
    return None if any(mark in together for mark in NEEDS_QUOTES) else values


def csv_cell(column: Column, value: Value) -> str:
    """One cell of a column that holds no fractions."""
    if value is None:
        return MISSING
    if column.type == "boolean":
        return "true" if value else "false"
    text = value if isinstance(value, str) else str(value)
    return quoted(guarded(text) if column.formula_guard else text)


def quoted(text: str) -> str:
    """The cell, in quotation marks if it would otherwise be taken apart."""
    if any(character in text for character in NEEDS_QUOTES):
        return '"' + text.replace('"', '""') + '"'
    return text


def guarded(text: str) -> str:
    """The text, with a leading apostrophe if a spreadsheet would compute it."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def plain_text(value: object) -> str:
    """A value as text, whatever column it stands in.

    Numbers are written in full, never rounded; booleans as true and false; moments in
    UTC with a Z; lists joined by |.
    """
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return timestamp(value)
    if isinstance(value, list):
        return "|".join(map(str, value))
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True)
    return str(value)


def timestamp(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds and Z, always of the same width."""
    naive = moment.astimezone(UTC).replace(tzinfo=None)
    return naive.isoformat(timespec="microseconds") + "Z"
