"""The two ways a study can be exported: our own tables, or jsPsych's. No Flask."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.orm import Session

from study_server.errors import ExportError
from study_server.export.bundle_rows import BUNDLE_TABLES, bundle_rows
from study_server.export.cells import cell
from study_server.export.codebook import JSPSYCH_TABLES, TABLES
from study_server.export.column import Column
from study_server.export.jspsych import jspsych_event_rows, jspsych_rows
from study_server.export.tables import rows


class Source(NamedTuple):
    """Whose rows are exported, and what is needed to write them."""

    db: Session
    study_id: str
    sessions: str
    bundles_dir: Path


class Layout(NamedTuple):
    """The tables of one zip, and where their rows come from."""

    tables: Mapping[str, tuple[Column, ...]]
    read: Callable[[Source, str], Iterator[list[str]]]
    """Cells of the table of that name, row by row, without the header."""


def _own(source: Source, table: str) -> Iterator[list[str]]:
    if table in BUNDLE_TABLES:
        return _from_bundles(source, table)
    return rows(source.db, table, source.study_id, sessions=source.sessions)


def _from_bundles(source: Source, table: str) -> Iterator[list[str]]:
    columns = TABLES[table]
    for values in bundle_rows(
        source.db, table, source.study_id, bundles_dir=source.bundles_dir
    ):
        yield [
            cell(column, value) for column, value in zip(columns, values, strict=True)
        ]


def _jspsych(source: Source, table: str) -> Iterator[list[str]]:
    if table == "jspsych_events":
        return jspsych_event_rows(source.db, source.study_id, sessions=source.sessions)
    return jspsych_rows(
        source.db,
        source.study_id,
        sessions=source.sessions,
        bundles_dir=source.bundles_dir,
    )


LAYOUTS: Mapping[str, Layout] = {
    "tables": Layout(TABLES, _own),
    "jspsych": Layout(JSPSYCH_TABLES, _jspsych),
}


def find_layout(name: str) -> Layout:
    """The layout of that name.

    Raises:
        ExportError: there is none; the message lists those there are.
    """
    if name not in LAYOUTS:
        raise ExportError(
            f"format to export must be one of {', '.join(LAYOUTS)}; got {name!r}"
        )
    return LAYOUTS[name]
