"""Rows as the database's driver gives them, made plain values column by column.

An export reads millions of cells: objects per row would cost more than all the rest.
No Flask.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import JSON, Integer, Select
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from study_server.export.cells import Value, plain_text, timestamp
from study_server.export.column import Column
from study_server.models import UtcDateTime

Values = Sequence[Value]
"""Of one column. SQLite's booleans are 0 and 1."""
Convert = Callable[[Sequence[Any]], Values]


class Batch(NamedTuple):
    """Some rows of a table."""

    n_rows: int
    values: list[Values]
    """One sequence for each column, in the order of the codebook."""


def read_batch(
    db: Session,
    statement: Select[Any],
    columns: Sequence[Column],
    parameters: dict[str, Any] | None = None,
) -> Batch:
    """All rows of a statement.

    Args:
        columns: what the statement selects, in order.
    """
    result = db.connection().execute(statement, parameters)
    assert result.cursor is not None
    rows = result.cursor.fetchall()  # past the result: its types are converted here
    result.close()
    if not rows:
        return Batch(0, [() for _ in columns])
    return Batch(
        len(rows),
        [
            conversion(column, expression.type)(values)
            for column, expression, values in zip(
                columns,
                statement.selected_columns,
                zip(*rows, strict=True),
                strict=True,
            )
        ],
    )


def conversion(column: Column, stored_as: TypeEngine[Any]) -> Convert:
    """How a column's values become plain ones."""
    if isinstance(stored_as, UtcDateTime):
        return _moments
    if isinstance(stored_as, JSON):
        return _documents
    if column.type == "text" and isinstance(stored_as, Integer):
        return _texts
    return _as_they_are


def batch_of(rows: Sequence[Sequence[Value]], n_columns: int) -> Batch:
    """Rows that are plain values already, as a batch."""
    if not rows:
        return Batch(0, [() for _ in range(n_columns)])
    return Batch(len(rows), list(zip(*rows, strict=True)))


def _as_they_are(values: Sequence[Any]) -> Values:
    return values


def _texts(values: Sequence[Any]) -> Values:
    return [None if value is None else str(value) for value in values]


def _moments(values: Sequence[Any]) -> Values:
    """SQLite keeps UTC as text, with a space where the export has a T."""
    try:
        together = "\n".join(values)
    except TypeError:  # PostgreSQL gives moments, and some are missing
        return [None if value is None else _moment(value) for value in values]
    return (together.replace(" ", "T").replace("\n", "Z\n") + "Z").split("\n")


def _moment(value: str | datetime) -> str:
    if isinstance(value, str):
        return value.replace(" ", "T") + "Z"
    return timestamp(value)


def _documents(values: Sequence[Any]) -> Values:
    """Lists joined by |, anything else as JSON; SQLite keeps JSON as text."""
    return _lists_of_ids(values) or [_document(value) for value in values]


def _lists_of_ids(values: Sequence[Any]) -> list[str] | None:
    """Many lists at once, or None if there is more in them than plain texts."""
    try:
        together = "\n".join(values)
    except TypeError:  # PostgreSQL gives lists, and some are missing
        return None
    if "\\" in together or together.count("[") != len(values):
        return None
    for mark, text in (('", "', "|"), ('["', ""), ('"]', ""), ("[]", "")):
        together = together.replace(mark, text)
    if any(mark in together for mark in '"[]{}'):
        return None
    return together.split("\n")


def _document(value: Any) -> str | None:
    if value is None:
        return None
    return plain_text(json.loads(value) if isinstance(value, str) else value)
