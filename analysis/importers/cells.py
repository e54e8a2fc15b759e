"""CSV files of others as text cells, and cells as values; errors name the file."""

import csv
import io
from collections.abc import Mapping, Sequence
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


def read_cells(path: Path) -> Cells:
    """A comma-separated file as text; the unnamed row number is left out.

    Raises:
        ImportFormatError: unreadable, empty, a column twice, a row of another length.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ImportFormatError(
            f"cannot read {path} as a UTF-8 CSV file ({error}). Check the path."
        ) from error
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
    return as_cells(path, table.loc[:, [not _is_row_number(n) for n in header]])


def as_cells(path: Path, table: pd.DataFrame) -> Cells:
    """Text columns stripped, missing ones made NA, "3.0" made "3"."""
    clean = {}
    for column in table:
        texts = table[column].astype("string").str.strip()
        texts = texts.mask(texts.str.lower().isin(MISSING)).astype(object)
        clean[str(column)] = texts.where(texts.notna(), None)
    return Cells(path=path, table=pd.DataFrame(clean, index=table.index))


def whole(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Names that are numbers, without the ".0" that a spreadsheet adds."""
    return values.str.replace(r"^(-?\d+)\.0+$", r"\1", regex=True)


def _is_row_number(name: str) -> bool:
    return name == "" or name.lower().startswith("unnamed:")


def _first(is_bad: "pd.Series[Any]") -> int:
    return int(is_bad.to_numpy(dtype=bool).argmax()) + 1
