"""The codebook of an export: what each column of each table means, checked."""

from collections.abc import Mapping
from typing import Any

from analysis.archive import AGAIN
from analysis.errors import ExportFormatError
from analysis.schema import COLUMN_TYPES, OPTIONAL, SCHEMA_VERSION

Entries = Mapping[str, dict[str, Any]]


def read_codebook(codebook: Mapping[str, Any]) -> Mapping[str, Entries]:
    """Table -> column -> entry, after checking that it covers the format.

    Args:
        codebook: content of `codebook.json`.

    Raises:
        ExportFormatError: names the table and the column at fault.
    """
    if codebook.get("schema_version") != SCHEMA_VERSION:
        raise ExportFormatError(
            f"codebook.json has schema_version {codebook.get('schema_version')!r}; "
            f"this analysis reads {SCHEMA_VERSION}. {AGAIN}"
        )
    found = codebook.get("tables")
    tables = found if isinstance(found, dict) else {}
    read = {**COLUMN_TYPES, **{n: c for n, c in OPTIONAL.items() if n in tables}}
    for table, columns in read.items():
        entries = tables.get(table)
        if not isinstance(entries, dict):
            raise ExportFormatError(
                f"table {table}: codebook.json has no such table. {AGAIN}"
            )
        for column, entry in entries.items():
            _check_entry(entry, f"table {table}, column {column}")
        _check_types(table, columns, entries)
    return tables


def _check_types(table: str, columns: Mapping[str, str], entries: Entries) -> None:
    for column, kind in columns.items():
        entry = entries.get(column)
        if entry is None:
            raise ExportFormatError(
                f"table {table}, column {column}: not in codebook.json, which has "
                f"{', '.join(entries)}. {AGAIN}"
            )
        if entry.get("type") != kind:
            raise ExportFormatError(
                f"table {table}, column {column}: the codebook says type "
                f"{entry.get('type')!r}; the format says {kind!r}. {AGAIN}"
            )


def _check_entry(entry: object, where: str) -> None:
    """An entry is an object; its levels are a list, its range two ends."""
    if not isinstance(entry, dict):
        raise ExportFormatError(
            f"{where}: its codebook entry must be an object; got {entry!r}. {AGAIN}"
        )
    levels, limits = entry.get("levels"), entry.get("range")
    if levels is not None and not isinstance(levels, list):
        raise ExportFormatError(
            f"{where}: levels in the codebook must be a list; got {levels!r}. {AGAIN}"
        )
    if limits is not None and not _is_range(limits):
        raise ExportFormatError(
            f"{where}: range in the codebook must be two numbers or nulls; "
            f"got {limits!r}. {AGAIN}"
        )


def _is_range(limits: object) -> bool:
    return (
        isinstance(limits, list)
        and len(limits) == 2
        and all(end is None or isinstance(end, int | float) for end in limits)
    )
