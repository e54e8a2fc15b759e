"""The ways a study can be exported: which tables, written how, under which names.

No Flask.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.orm import Session

from study_server.errors import ExportError
from study_server.export.batches import Batch
from study_server.export.bundle_rows import BUNDLE_TABLES, bundle_batches
from study_server.export.codebook import JSPSYCH_TABLES, TABLES
from study_server.export.column import Column
from study_server.export.csv_tables import csv_pieces
from study_server.export.jsonl_tables import jsonl_pieces
from study_server.export.jspsych import jspsych_batches
from study_server.export.parquet_tables import load_arrow, parquet_pieces
from study_server.export.psych_ds import data_file, describing_files
from study_server.export.tables import batches
from study_server.models import Study


class Source(NamedTuple):
    """Whose rows are exported, and what is needed to write them."""

    db: Session
    study_id: str
    sessions: str
    bundles_dir: Path
    is_blind: bool


Tables = Mapping[str, tuple[Column, ...]]


def _own_batches(source: Source, table: str) -> Iterator[Batch]:
    if table in BUNDLE_TABLES:
        return bundle_batches(
            source.db, table, source.study_id, bundles_dir=source.bundles_dir
        )
    return batches(source.db, table, source.study_id, sessions=source.sessions)


def _jspsych_batches(source: Source, table: str) -> Iterator[Batch]:
    return jspsych_batches(
        source.db,
        table,
        source.study_id,
        sessions=source.sessions,
        bundles_dir=source.bundles_dir,
    )


def _no_files(_study: Study, _tables: Tables) -> dict[str, bytes]:
    return {}


def _nothing_missing() -> None:
    """What needs no library of its own can always be written."""


class Format(NamedTuple):
    """One way to export a study."""

    pieces: Callable[[Sequence[Column], Iterable[Batch]], Iterator[bytes]]
    """Writes a table."""
    place: Callable[[str, str], str]
    """Where in the zip a table stands, by study_id and table."""
    tables: Tables = TABLES
    read: Callable[[Source, str], Iterator[Batch]] = _own_batches
    """The rows of the table of that name."""
    is_packed: bool = False
    """The files are compressed already."""
    documents: str = ""
    """Folder of codebook.json and export.json, with a slash."""
    further_files: Callable[[Study, Tables], dict[str, bytes]] = _no_files
    check: Callable[[], object] = _nothing_missing
    """Raises ExportError if this installation cannot write it."""


def _in_root(suffix: str) -> Callable[[str, str], str]:
    return lambda _study_id, table: table + suffix


FORMATS: Mapping[str, Format] = {
    "csv": Format(csv_pieces, _in_root(".csv")),
    "jsonl": Format(jsonl_pieces, _in_root(".jsonl")),
    "parquet": Format(
        parquet_pieces, _in_root(".parquet"), is_packed=True, check=load_arrow
    ),
    "psych-ds": Format(
        csv_pieces,
        data_file,
        documents="documentation/",
        further_files=describing_files,
    ),
    "jspsych": Format(
        csv_pieces, _in_root(".csv"), tables=JSPSYCH_TABLES, read=_jspsych_batches
    ),
}


def find_format(name: str) -> Format:
    """The format of that name, which can be written here.

    Raises:
        ExportError: there is none, the message lists those there are; or what it
            needs is not installed.
    """
    if name not in FORMATS:
        raise ExportError(
            f"format to export must be one of {', '.join(FORMATS)}; got {name!r}"
        )
    found = FORMATS[name]
    found.check()
    return found
