"""An export of the test's study, and its files."""

import csv
import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from study_server.db import Database
from study_server.export.archive import stream_archive
from study_server.models import Study

NOON = datetime(2024, 5, 2, 12, tzinfo=UTC)


def export(
    database: Database,
    sessions: str = "all",
    at: datetime = NOON,
    format_name: str = "csv",
) -> bytes:
    """The whole zip."""
    with database.read() as db:
        study = db.scalars(select(Study)).one()
        return b"".join(
            stream_archive(
                db,
                study,
                sessions=sessions,
                exported_at=at,
                format_name=format_name,
                bundles_dir=Path("/nowhere"),
            )
        )


def files_of(archive: bytes) -> dict[str, bytes]:
    """Name to content."""
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        assert files.testzip() is None
        return {name: files.read(name) for name in files.namelist()}


def read_table(archive: bytes, table: str) -> list[dict[str, str]]:
    """The rows of a CSV table, cells as text."""
    text = files_of(archive)[f"{table}.csv"].decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def read_json(archive: bytes, name: str) -> Any:
    """What a JSON file of the zip says."""
    return json.loads(files_of(archive)[name])
