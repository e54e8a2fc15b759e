"""What `export.json` says of the tables beside it. No Flask."""

import json
from collections.abc import Mapping
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from sqlalchemy.orm import Session

from study_server.export.cells import timestamp
from study_server.export.codebook import SCHEMA_VERSION
from study_server.export.tables import count_sessions
from study_server.models import ImportedBundle, Study


class WrittenTable(NamedTuple):
    """What is known of a table once it is written."""

    place: str
    """Its file in the zip."""
    n_rows: int
    sha256: str
    """Of the file."""


def export_facts(
    db: Session,
    study: Study,
    written: Mapping[str, WrittenTable],
    *,
    sessions: str,
    is_blind: bool,
    exported_at: datetime,
) -> dict[str, object]:
    """The content of `export.json`.

    Args:
        written: table name to what was written of it.
        is_blind: whether who is right in main trials was left out.
    """
    bundle = db.get_one(ImportedBundle, study.bundle_id)
    n_all = count_sessions(db, study.study_id, sessions="all")
    n_exported = count_sessions(db, study.study_id, sessions=sessions)
    return {
        "schema_version": SCHEMA_VERSION,
        "study_id": study.study_id,
        "study_version": study.version,
        "study_title": study.title,
        "definition": study.definition,
        "definition_sha256": study.definition_sha256,
        "bundle_id": study.bundle_id,
        "manifest_sha256": bundle.manifest_sha256,
        "server_version": server_version(),
        "exported_at": timestamp(exported_at),
        "sessions": sessions,
        "is_blind": is_blind,
        "n_rows": {table: done.n_rows for table, done in written.items()},
        "n_sessions_left_out": n_all - n_exported,
        "table_sha256": {done.place: done.sha256 for done in written.values()},
    }


def server_version() -> str:
    """Version of the installed project; `not installed` when run from its folder."""
    try:
        return version("accentuate")
    except PackageNotFoundError:
        return "not installed"


def json_bytes(value: Mapping[str, object]) -> bytes:
    """Readable JSON that follows from the value alone."""
    text = json.dumps(value, indent=2, sort_keys=False, ensure_ascii=False)
    return (text + "\n").encode()
