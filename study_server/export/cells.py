"""How one value becomes one cell of a CSV table. No Flask, no database."""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime

from study_server.export.column import MISSING, Column

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""First characters that make a spreadsheet compute a cell instead of showing it."""

NEEDS_QUOTES = re.compile('[,"\r\n]')


def csv_line(cells: Iterable[str]) -> bytes:
    """One row as UTF-8, ended by a newline.

    The csv module leaves a lone carriage return unquoted, which readers take for the
    end of the row.
    """
    return (",".join(map(quoted, cells)) + "\n").encode()


def quoted(text: str) -> str:
    """The cell, in quotation marks if it would otherwise be taken apart."""
    if NEEDS_QUOTES.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def cell(column: Column, value: object) -> str:
    """The text of a value, as `EXPORT_FORMAT.md` asks for."""
    text = plain_text(value)
    is_text = column.formula_guard and not isinstance(value, (bool, datetime, list))
    return guarded(text) if is_text else text


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


def guarded(text: str) -> str:
    """The text, with a leading apostrophe if a spreadsheet would compute it."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def timestamp(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds and Z, always of the same width."""
    naive = moment.astimezone(UTC).replace(tzinfo=None)
    return naive.isoformat(timespec="microseconds") + "Z"
