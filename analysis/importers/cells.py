"""CSV files of others as text cells, and cells as values; errors name the file."""

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd

from analysis.errors import AnalysisError

MISSING = frozenset({"", "nan", "na", "n/a", "null", "none", "<na>"})
"""Cells, in lower case, that mean: no value."""

BOOLEANS: Mapping[str, bool] = {
    "true": True,
    "1": True,
    "1.0": True,
    "yes": True,
    "false": False,
    "0": False,
    "0.0": False,
    "no": False,
}

SEPARATORS: Mapping[str, str] = {",": "commas", ";": "semicolons", "\t": "tabs"}
LONGEST_HEADER = 1_000_000
"""Characters of the first line that are looked at."""


class ImportFormatError(AnalysisError):
    """A file of others is not of the layout its importer reads."""


@dataclass(frozen=True, kw_only=True)
class Cells:
    """The cells of one file as text, stripped; missing ones are NA."""

    path: Path
    """Where they were read, for messages."""

    table: pd.DataFrame
    """One text column per column of the file."""

    def refuse(self, column: str, problem: str) -> NoReturn:
        """Raise about a column of this file."""
        raise ImportFormatError(f"{self.path.name}, column {column}: {problem}")

    def require(self, columns: Sequence[str]) -> None:
        """Refuse a file that lacks a column, naming what was found instead."""
        if missing := [name for name in columns if name not in self.table]:
            found = ", ".join(map(str, self.table.columns)) or "nothing"
            self.refuse(
                missing[0], f"missing; the file has {found}. Check which file it is."
            )

    def text(self, column: str, *, default: str | None = None) -> "pd.Series[Any]":
        """The column as text; all missing where there is no such column."""
        if column not in self.table:
            return pd.Series(default, index=self.table.index, dtype=object)
        values = self.table[column]
        return values if default is None else values.fillna(default)

    def levels(self, column: str, known: Mapping[str, Any]) -> "pd.Series[Any]":
        """The column in the words of `known`, whatever the case of its letters."""
        values = self.text(column).str.lower()
        unknown = values.notna() & ~values.isin(list(known))
        if unknown.any():
            self.refuse(
                column,
                f"{values[unknown].iloc[0]!r} in data row {_first(unknown)}; expected "
                f"one of {', '.join(known)}.",
            )
        return values.map(dict(known))

    def number(self, column: str) -> "pd.Series[Any]":
        """The column as float64; missing stays NaN."""
        texts = self.text(column)
        values = pd.to_numeric(texts, errors="coerce").astype("float64")
        wrong = texts.notna() & values.isna()
        if wrong.any():
            self.refuse(
                column,
                f"{texts[wrong].iloc[0]!r} in data row {_first(wrong)} is no number.",
            )
        return values

    def with_whole(self, columns: Sequence[str]) -> "Cells":
        """The same, "1.0" in these columns being "1"."""
        known = {name: whole(self.table[name]) for name in columns}
        return Cells(path=self.path, table=self.table.assign(**known))

    def integer(self, column: str) -> "pd.Series[Any]":
        """The column as Int64."""
        values = self.number(column)
        broken = values.notna() & (values % 1 != 0)
        if broken.any():
            self.refuse(
                column,
                f"{values[broken].iloc[0]} in data row {_first(broken)} is no whole "
                "number.",
            )
        return values.astype("Int64")

    def boolean(self, column: str) -> "pd.Series[Any]":
        """The column as nullable boolean."""
        return self.levels(column, BOOLEANS).astype("boolean")


def read_header(path: Path) -> list[str]:
    """Names of the columns, also of a file that `read_cells` refuses further down.

    Raises:
        ImportFormatError: there is no line of text.
    """
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            lines = iter(lambda: file.readline(LONGEST_HEADER), "")
            first = next((line for line in lines if line.strip()), "")
        by_mark = [next(csv.reader([first], delimiter=m), []) for m in SEPARATORS]
    except (OSError, csv.Error) as error:
        raise ImportFormatError(f"cannot read {path} ({error}).") from error
    if not first:
        raise ImportFormatError(f"{path.name} is empty; it lacks even a header row.")
    return [name.strip() for name in max(by_mark, key=len)]


def read_cells(path: Path, *, words: Collection[str] = ()) -> Cells:
    """A comma-separated file as text; the unnamed row number is left out.

    Args:
        words: columns where "none" is a word, not a missing value.

    Raises:
        ImportFormatError: unreadable, not UTF-8, separated by something else, empty, a
            column twice, a row of another length.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ImportFormatError(
            f"{path.name}, line {line}: byte 0x{error.object[error.start]:02x} is not "
            "UTF-8; the file may be Latin-1 (Windows). Save it as UTF-8."
        ) from error
    except (OSError, csv.Error) as error:
        raise ImportFormatError(
            f"cannot read {path} as a UTF-8 CSV file ({error}). Check the path."
        ) from error
    if rows and len(rows[0]) == 1:
        for mark, name in SEPARATORS.items():
            if mark != "," and mark in rows[0][0]:
                raise ImportFormatError(
                    f"{path.name}: its cells are separated by {name}, not by commas. "
                    "Save it with commas."
                )
    if not rows:
        raise ImportFormatError(f"{path.name} is empty; it lacks even a header row.")
    header = [name.strip() for name in rows[0]]
    named = [name for name in header if not _is_row_number(name)]
    if twice := [name for name in named if named.count(name) > 1]:
        raise ImportFormatError(f"{path.name}, column {twice[0]}: stands twice.")
    for number, row in enumerate(rows[1:], start=1):
        if len(row) != len(header):
            raise ImportFormatError(
                f"{path.name}: data row {number} has {len(row)} cells; the header has "
                f"{len(header)}. Is the file cut off?"
            )
    table = pd.DataFrame(rows[1:], columns=header, dtype=object)
    kept = table.loc[:, [not _is_row_number(n) for n in header]]
    return as_cells(path, kept, words=words)


def as_cells(path: Path, table: pd.DataFrame, *, words: Collection[str] = ()) -> Cells:
    """Text columns stripped, missing ones made NA; see `read_cells` for `words`."""
    clean = {}
    for column in table:
        missing = MISSING - {"none"} if column in words else MISSING
        texts = table[column].astype("string").str.strip()
        texts = texts.mask(texts.str.lower().isin(missing)).astype(object)
        clean[str(column)] = texts.where(texts.notna(), None)
    return Cells(path=path, table=pd.DataFrame(clean, index=table.index))


def whole(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Names that are numbers, without the ".0" that a spreadsheet adds."""
    return values.str.replace(r"^(-?\d+)\.0+$", r"\1", regex=True)


def _is_row_number(name: str) -> bool:
    return name == "" or name.lower().startswith("unnamed:")


def _first(is_bad: "pd.Series[Any]") -> int:
    return int(is_bad.to_numpy(dtype=bool).argmax()) + 1
