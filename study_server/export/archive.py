"""The export as one zip, handed on while it is written, never whole in memory.

No Flask. The bytes follow from the data alone, `exported_at` apart: fixed time
stamps, sorted rows, one transaction.
"""

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO

from sqlalchemy.orm import Session

from study_server.errors import ExportError
from study_server.export.batches import Batch
from study_server.export.blinding import blinded
from study_server.export.codebook import codebook
from study_server.export.facts import WrittenTable, export_facts, json_bytes
from study_server.export.formats import Format, Source, find_format
from study_server.export.growing_file import GrowingFile
from study_server.export.packing import packed
from study_server.export.tables import SESSION_FILTERS
from study_server.models import Study

FIRST_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
"""Time stamp of every file in the zip: the earliest the format knows."""
PACKING_LEVEL = 1
"""Of 1 to 9, quick to small. Most cells are random names, which no level makes small:
6 takes more than twice the time for a zip that is 4 % smaller."""
CHUNK_BYTES = 64 * 1024
"""Least number of bytes handed on at a time, the last chunk apart."""


def stream_archive(
    db: Session,
    study: Study,
    *,
    sessions: str,
    exported_at: datetime,
    format_name: str = "csv",
    bundles_dir: Path = Path(),
    is_blind: bool = False,
) -> Iterator[bytes]:
    """The zip of one study, in chunks, as `EXPORT_FORMAT.md` describes it.

    Args:
        db: read transaction that stays open until the last chunk is taken.
        study: the newest version of the study; sessions of all versions are exported.
        sessions: `all`, `real`, `simulated` or `preview`.
        exported_at: UTC, written into `export.json`.
        format_name: one of `FORMATS`.
        bundles_dir: folder of the imported bundles, which `jspsych` looks into.
        is_blind: whether to leave out who is right in main trials.

    Raises:
        ExportError: sessions or format is none of those there are, or the format's
            library is not installed.
    """
    form = check_choice(sessions, format_name)
    source = Source(db, study.study_id, sessions, bundles_dir, is_blind)
    return _stream(source, study, form, exported_at=exported_at)


def check_choice(sessions: str, format_name: str) -> Format:
    """The format, if both can be had.

    Raises:
        ExportError: sessions or format is none of those there are, or the format's
            library is not installed.
    """
    if sessions not in SESSION_FILTERS:
        raise ExportError(
            f"sessions to export must be one of {', '.join(SESSION_FILTERS)}; "
            f"got {sessions!r}"
        )
    return find_format(format_name)


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
    source: Source, study: Study, form: Format, *, exported_at: datetime
) -> Iterator[bytes]:
    sink = GrowingFile()
    written: dict[str, WrittenTable] = {}
    with zipfile.ZipFile(sink, "w") as archive, ThreadPoolExecutor(1) as thread:
        for table, columns in form.tables.items():
            place = form.place(study.study_id, table)
            batches = form.read(source, table)
            if source.is_blind:
                batches = blinded(columns, batches)
            counted = Counted(batches)
            digest = hashlib.sha256()
            entry = _entry(place, is_packed=form.is_packed)
            with archive.open(entry, "w", force_zip64=True) as file:
                pack = partial(_pack, file=file, digest=digest, sink=sink)
                yield from packed(form.pieces(columns, counted), pack, thread)
            written[table] = WrittenTable(place, counted.n_rows, digest.hexdigest())
        facts = export_facts(
            source.db,
            study,
            written,
            sessions=source.sessions,
            is_blind=source.is_blind,
            exported_at=exported_at,
        )
        documents = {
            **form.further_files(study, form.tables),
            f"{form.documents}codebook.json": json_bytes(codebook(form.tables)),
            f"{form.documents}export.json": json_bytes(facts),
        }
        for place, content in documents.items():
            archive.writestr(_entry(place), content)
    yield from sink.take(at_least=1)


def _pack(
    piece: bytes, *, file: IO[bytes], digest: "hashlib._Hash", sink: GrowingFile
) -> list[bytes]:
    """Write a piece into the zip; what of the zip is to be handed on."""
    digest.update(piece)
    file.write(piece)
    return list(sink.take(at_least=CHUNK_BYTES))


class Counted:
    """Batches on their way to the writer, and how many rows they had."""

    def __init__(self, batches: Iterable[Batch]) -> None:
        self._batches = batches
        self.n_rows = 0

    def __iter__(self) -> Iterator[Batch]:
        for batch in self._batches:
            self.n_rows += batch.n_rows
            yield batch


def _entry(name: str, *, is_packed: bool = False) -> zipfile.ZipInfo:
    """A file of the zip that says nothing of this machine or moment."""
    entry = zipfile.ZipInfo(name, FIRST_ZIP_DATE)
    entry.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
    entry._compresslevel = PACKING_LEVEL  # type: ignore[attr-defined]  # has no other
    entry.create_system = 3  # Unix, whatever the machine
    entry.external_attr = 0o644 << 16
    return entry
