"""A platform's CSV file of submissions, read whatever its columns are called. Pure."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from study_server.errors import RecruitmentError
from study_server.recruitment.platform import Platform, plain_state

COLUMNS = ("participant_id", "submission_id", "status", "code")
MAX_FILE_BYTES = 5_000_000
MAX_ROWS = 100_000
SHOWN_COLUMNS = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class PlatformRow:
    """One submission, by the platform."""

    line: int
    """Of the file, from 1, the header being the first; or of the platform's list."""
    participant_id: str
    submission_id: str
    """Empty where the file has no such column."""
    status: str
    """In the platform's own word; empty where the file has no such column."""
    code: str
    """What the participant gave; empty where the file has no such column."""


def read_rows(
    content: bytes, platform: Platform, *, named: Mapping[str, str] | None = None
) -> list[PlatformRow]:
    """The submissions in a file.

    Args:
        named: our column to the file's, where it is not one that the platform uses.

    Raises:
        RecruitmentError: it is no such file, or the person's column is not found; the
            message lists the columns there are.
    """
    if len(content) > MAX_FILE_BYTES:
        raise RecruitmentError(
            f"the file has {len(content)} bytes; at most {MAX_FILE_BYTES} are read"
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecruitmentError("the file is no text in UTF-8; is it a CSV?") from error
    table = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        header = next(table, [])
        places = _places(header, platform, named or {})
        return [
            _row(cells, places, line=table.line_num)
            for cells in table
            if any(cell.strip() for cell in cells)
        ][:MAX_ROWS]
    except csv.Error as error:
        raise RecruitmentError(f"line {table.line_num}: {error}") from error


def _row(cells: Sequence[str], places: Mapping[str, int], *, line: int) -> PlatformRow:
    def cell(name: str) -> str:
        place = places.get(name, len(cells))
        return cells[place].strip() if place < len(cells) else ""

    return PlatformRow(line=line, **{name: cell(name) for name in COLUMNS})


def _places(
    header: Sequence[str], platform: Platform, named: Mapping[str, str]
) -> dict[str, int]:
    """Where each of our columns stands in the file."""
    found = {_plain(name): place for place, name in reversed([*enumerate(header)])}
    places = {}
    for name in COLUMNS:
        wanted = (named[name],) if name in named else platform.columns.get(name, ())
        for each in wanted:
            if _plain(each) in found:
                places[name] = found[_plain(each)]
                break
        if name in named and name not in places:
            raise RecruitmentError(_missing(f"column {named[name]!r}", header))
    if "participant_id" not in places and "submission_id" not in places:
        raise RecruitmentError(_missing("column of participants' ids", header))
    return places


def _missing(what: str, header: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in header[:SHOWN_COLUMNS]) or "none"
    return (
        f"the file has no {what}; its columns are {shown}. "
        "Say which is which with --column participant_id=NAME"
    )


def _plain(name: str) -> str:
    """A column's name as it is compared."""
    return plain_state(name).replace(".", "").replace(" ", "")


def _delimiter(text: str) -> str:
    """Comma, semicolon or tab, whichever the first line has most of."""
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)
