"""Text cells of one CSV column turned into typed values, or refused by name."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import ExportFormatError

_GUARDED = r"^'(?=[=+\-@\t\r])"
_TIMESTAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"


def parse_column(
    cells: "pd.Series[str]", entry: Mapping[str, Any], *, where: str
) -> "pd.Series[Any]":
    """Turn the cells of a column into its codebook type; empty cells are missing.

    Args:
        cells: one string per row, empty = missing.
        entry: the column's codebook entry: type, levels, range, formula_guard.
        where: table and column, for the message.

    Returns:
        text -> str, integer -> Int64, number -> float64, boolean -> boolean,
        timestamp -> datetime64 in UTC.

    Raises:
        ExportFormatError: a cell is not of the type, the levels or the range.
    """
    kind = entry.get("type")
    if kind not in _PARSERS:
        raise ExportFormatError(
            f"{where}: codebook type must be one of {', '.join(sorted(_PARSERS))}; "
            f"got {kind!r}. Export the study again with a current study-server."
        )
    if entry.get("formula_guard"):
        cells = cells.str.replace(_GUARDED, "", regex=True)
    filled = cells != ""
    if levels := entry.get("levels"):
        texts = [_cell_text(level) for level in levels]
        _refuse(~cells.isin(texts) & filled, cells, f"one of {', '.join(texts)}", where)
    values = _PARSERS[kind](cells, filled, where)
    if entry.get("range") and kind in ("integer", "number"):
        _check_range(values, cells, entry["range"], where)
    return values


def _cell_text(level: object) -> str:
    return str(level).lower() if isinstance(level, bool) else str(level)


def _refuse(
    is_bad: "pd.Series[bool]", cells: "pd.Series[str]", wanted: str, where: str
) -> None:
    if not is_bad.any():
        return
    row = int(np.flatnonzero(is_bad.to_numpy())[0])
    raise ExportFormatError(
        f"{where}: expected {wanted}; found {cells.iloc[row]!r} in data row {row + 1} "
        f"({int(is_bad.sum())} such cells). Export the study again; "
        "never edit an export by hand."
    )


def _check_range(
    values: "pd.Series[Any]", cells: "pd.Series[str]", limits: list[Any], where: str
) -> None:
    low, high = limits
    is_bad = pd.Series(data=False, index=values.index)
    if low is not None:
        is_bad |= (values < low).fillna(value=False).astype(bool)
    if high is not None:
        is_bad |= (values > high).fillna(value=False).astype(bool)
    _refuse(is_bad, cells, f"a value from {low} to {high}", where)


def _integer(
    cells: "pd.Series[str]", filled: "pd.Series[bool]", where: str
) -> "pd.Series[Any]":
    _refuse(~cells.str.fullmatch(r"-?\d{1,18}") & filled, cells, "an integer", where)
    return pd.Series(pd.to_numeric(cells.where(filled)), index=cells.index).astype(
        "Int64"
    )


def _number(
    cells: "pd.Series[str]", filled: "pd.Series[bool]", where: str
) -> "pd.Series[Any]":
    values = pd.to_numeric(cells.where(filled), errors="coerce").astype("float64")
    is_bad = (values.isna() | values.abs().eq(np.inf)) & filled
    _refuse(is_bad, cells, "a finite number", where)
    return values


def _boolean(
    cells: "pd.Series[str]", filled: "pd.Series[bool]", where: str
) -> "pd.Series[Any]":
    _refuse(~cells.isin(["true", "false"]) & filled, cells, "true or false", where)
    return (cells == "true").astype("boolean").where(filled)


def _timestamp(
    cells: "pd.Series[str]", filled: "pd.Series[bool]", where: str
) -> "pd.Series[Any]":
    wanted = "an ISO 8601 time in UTC such as 2025-01-31T12:00:00Z"
    _refuse(~cells.str.fullmatch(_TIMESTAMP) & filled, cells, wanted, where)
    values = pd.to_datetime(
        cells.where(filled), format="ISO8601", utc=True, errors="coerce"
    )
    _refuse(values.isna() & filled, cells, wanted, where)
    return values


_PARSERS: dict[str, Callable[..., "pd.Series[Any]"]] = {
    "text": lambda cells, filled, _: cells.where(filled),
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "timestamp": _timestamp,
}
