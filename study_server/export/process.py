"""A large export, made by a process of its own.

Participants share the server's interpreter with whatever it computes; beside it, an
export of a million rows costs them nothing but a share of the processor. No Flask.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from study_server.config import ServerConfig
from study_server.db import Database
from study_server.errors import ExportError
from study_server.export.archive import CHUNK_BYTES
from study_server.export.download import Wanted, download
from study_server.export.tables import count_sessions

FEW_SESSIONS = 20
"""So many are exported in less time than a process takes to start."""
CACHE_MB = 32
"""Of the database's pages: rows of a session lie among those of all who answered in the
same minutes, so that the next sessions need the same pages again."""
YIELDS_BY = 5
"""Of 0 to 19: how far others go first where processors are scarce."""


def download_with_care(
    config: ServerConfig, database: Database, wanted: Wanted
) -> Iterator[bytes]:
    """The zip, made here only if that is quick."""
    with database.read() as db:
        n_sessions = count_sessions(db, wanted.study_id, sessions=wanted.sessions)
    if n_sessions <= FEW_SESSIONS:
        return download(database, wanted, config.bundles_dir)
    return download_beside(config, wanted)


def download_beside(config: ServerConfig, wanted: Wanted) -> Iterator[bytes]:
    """The zip of `download`, byte for byte, made elsewhere.

    The process ends with the download, also with one that is broken off.

    Raises:
        ExportError: the process failed; its log has the reason. What was sent so far
            is no whole zip.
    """
    command = [sys.executable, "-c", f"from {__name__} import main; main()"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        with suppress(BrokenPipeError):  # it is gone already, as its exit code says
            process.stdin.write(_errand(config, wanted))
            process.stdin.close()
        while chunk := process.stdout.read(CHUNK_BYTES):
            yield chunk
        if process.wait():
            raise ExportError(
                f"the export of {wanted.study_id} failed with exit code "
                f"{process.returncode}; the server's log says why"
            )
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def run_errand(errand: BinaryIO, out: BinaryIO) -> None:
    """Make the export that was asked for on the input."""
    asked = json.load(errand)
    moment = datetime.fromisoformat(asked["wanted"].pop("exported_at"))
    wanted = Wanted(**asked["wanted"], exported_at=moment)
    database = Database(asked["database_url"], reading_cache_mb=CACHE_MB)
    try:
        out.writelines(download(database, wanted, Path(asked["bundles_dir"])))
        out.flush()
    finally:
        database.close()


def main() -> None:
    """What the process does: one errand, behind everybody else."""
    os.nice(YIELDS_BY)
    run_errand(sys.stdin.buffer, sys.stdout.buffer)


def _errand(config: ServerConfig, wanted: Wanted) -> bytes:
    """What the process must know; not among its arguments, which everybody may read."""
    told = {**asdict(wanted), "exported_at": wanted.exported_at.isoformat()}
    address = config.resolved_database_url
    places = {"database_url": address, "bundles_dir": str(config.bundles_dir)}
    return json.dumps({"wanted": told, **places}).encode()
