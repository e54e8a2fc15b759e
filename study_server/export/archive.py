"""The export as one zip, handed on while it is written, never whole in memory.

No Flask. The bytes follow from the data alone, `exported_at` apart: fixed time
stamps, sorted rows, one transaction.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from study_server.errors import ExportError
from study_server.export.cells import csv_line
from study_server.export.codebook import codebook
from study_server.export.facts import WrittenTable, export_facts, json_bytes
from study_server.export.layouts import Layout, Source, find_layout
from study_server.export.tables import SESSION_FILTERS
from study_server.models import Study

FIRST_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
"""Time stamp of every file in the zip: the earliest the format knows."""
CHUNK_BYTES = 64 * 1024
"""Least number of bytes handed on at a time, the last chunk apart."""


def stream_archive(
    db: Session,
    study: Study,
    *,
    sessions: str,
    exported_at: datetime,
    layout: str = "tables",
    bundles_dir: Path = Path(),
) -> Iterator[bytes]:
    """The zip of one study, in chunks, as `EXPORT_FORMAT.md` describes it.

    Args:
        db: read transaction that stays open until the last chunk is taken.
        study: the newest version of the study; sessions of all versions are exported.
        sessions: `all`, `real` or `simulated`.
        exported_at: UTC, written into `export.json`.
        layout: `tables`, or `jspsych` for the names of jsPsych.
        bundles_dir: folder of the imported bundles, which `jspsych` looks into.

    Raises:
        ExportError: sessions or layout is none of those there are.
    """
    if sessions not in SESSION_FILTERS:
        raise ExportError(
            f"sessions to export must be one of {', '.join(SESSION_FILTERS)}; "
            f"got {sessions!r}"
        )
    source = Source(db, study.study_id, sessions, bundles_dir)
    return _stream(source, study, find_layout(layout), exported_at=exported_at)


def write_archive(chunks: Iterable[bytes], path: Path) -> None:
    """Write the zip under a temporary name beside its place, then rename it.

    Raises:
        ExportError: the folder cannot be written to.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        try:
            with partial.open("wb") as file:
                file.writelines(chunks)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise ExportError(
            f"cannot write the export to {path}: {error.strerror}; "
            "name a folder that exists and may be written to"
        ) from error


def _stream(
    source: Source, study: Study, layout: Layout, *, exported_at: datetime
) -> Iterator[bytes]:
    sink = _Sink()
    written: dict[str, WrittenTable] = {}
    with zipfile.ZipFile(sink, "w") as archive:
        for table in layout.tables:
            digest, n_lines = hashlib.sha256(), 0
            with archive.open(_entry(f"{table}.csv"), "w", force_zip64=True) as file:
                for line in _csv_lines(source, layout, table):
                    digest.update(line)
                    n_lines += 1
                    file.write(line)
                    yield from sink.take(at_least=CHUNK_BYTES)
            # The header is not a row.
            written[table] = WrittenTable(n_lines - 1, digest.hexdigest())
        facts = export_facts(
            source.db,
            study,
            written,
            sessions=source.sessions,
            exported_at=exported_at,
        )
        book = json_bytes(codebook(layout.tables))
        archive.writestr(_entry("codebook.json"), book)
        archive.writestr(_entry("export.json"), json_bytes(facts))
    yield from sink.take(at_least=1)


def _csv_lines(source: Source, layout: Layout, table: str) -> Iterator[bytes]:
    """Header and rows as lines of UTF-8."""
    yield csv_line([column.name for column in layout.tables[table]])
    for row in layout.read(source, table):
        yield csv_line(row)


def _entry(name: str) -> zipfile.ZipInfo:
    """A file of the zip that says nothing of this machine or moment."""
    entry = zipfile.ZipInfo(name, FIRST_ZIP_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3  # Unix, whatever the machine
    entry.external_attr = 0o644 << 16
    return entry


class _Sink(io.RawIOBase):
    """A file that only grows: what was written waits here until it is handed on."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._waiting += data
        return len(data)

    def take(self, *, at_least: int) -> Iterator[bytes]:
        """All that waits, as one chunk, or nothing if it is too little."""
        if len(self._waiting) >= at_least:
            yield bytes(self._waiting)
            self._waiting.clear()
