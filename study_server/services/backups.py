"""Backups: whole copies of the database in one file each, and back again. No Flask.

A backup is a SQLite database, whatever the server runs on, and a JSON file beside it
with its moment, its checksum and its numbers of rows. It holds no key: whoever restores
needs the data folder's `secret_key` too, if running sessions are to go on.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from study_server.db import Database
from study_server.dialects import copy_pages, damage_of, is_sqlite
from study_server.errors import BackupError
from study_server.migrations.upgrade import newest_revision
from study_server.services.copying import copy_database, count_rows
from study_server.services.verification import verify_chains

SUFFIX = ".sqlite3"
NAME = "%Y%m%dT%H%M%S_%fZ"
N_DAILY, N_WEEKLY = 7, 4


@dataclass(frozen=True, kw_only=True, slots=True)
class BackupFacts:
    """What is written beside a backup."""

    made_at: str
    revision: str
    sha256: str
    n_rows: dict[str, int]


def make_backup(database: Database, folder: Path, *, now: datetime) -> Path:
    """Write a backup of a database that is in use; it appears whole or not at all.

    Raises:
        BackupError: it cannot be written, or what was written is damaged.
    """
    path = folder / f"{now.astimezone(UTC).strftime(NAME)}{SUFFIX}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".making-") as scratch:
            draft = Path(scratch) / "draft.sqlite3"
            _copy_into(draft, database)
            facts = BackupFacts(
                made_at=now.isoformat(),
                revision=newest_revision(),
                sha256=_sha256(draft),
                n_rows=_check_copy(draft),
            )
            told = Path(scratch) / "facts.json"
            told.write_text(json.dumps(asdict(facts), indent=2) + "\n")
            for each, name in ((told, facts_path(path)), (draft, path)):
                _sync(each)
                each.rename(name)
        _sync(folder)
    except (OSError, sqlite3.Error, SQLAlchemyError) as error:
        raise BackupError(
            f"no backup could be written to {folder} ({error}); "
            "is there room, may this user write, and is the database there?"
        ) from error
    return path


def list_backups(folder: Path) -> list[Path]:
    """The backups in a folder, oldest first."""
    return sorted(path for path in folder.glob(f"*{SUFFIX}") if moment_of(path))


def rotate(folder: Path, *, n_hourly: int) -> list[Path]:
    """Delete what is not among the kept; return what was deleted.

    Kept are the newest backup of each of the last `n_hourly` hours, seven days and four
    weeks in which there is one.
    """
    paths = list_backups(folder)
    kept = to_keep([moment_of(p) or datetime.min for p in paths], n_hourly=n_hourly)
    dropped = [path for path in paths if moment_of(path) not in kept]
    for path in dropped:
        path.unlink()
        facts_path(path).unlink(missing_ok=True)
    return dropped


def to_keep(moments: list[datetime], *, n_hourly: int) -> set[datetime]:
    """The newest moment of each of the newest hours, days and weeks."""
    kept: set[datetime] = set()
    for n, span in ((n_hourly, "%Y%m%d%H"), (N_DAILY, "%Y%m%d"), (N_WEEKLY, "%G%V")):
        newest = {moment.strftime(span): moment for moment in sorted(moments)}
        kept |= set(sorted(newest.values())[-n:])
    return kept


def verify_backup(path: Path) -> BackupFacts:
    """Check that a backup is the one that was made, and is sound.

    Raises:
        BackupError: says what is wrong with it.
    """
    facts = _read_facts(path)
    if (found := _sha256(path)) != facts.sha256:
        raise BackupError(
            f"{path}: its checksum is {found[:12]}…, {facts.sha256[:12]}… was made; "
            "use another backup"
        )
    if damage := damage_of(path):
        raise BackupError(f"{path}: is damaged ({damage}); use another backup")
    with opened_copy(path) as database, database.read() as db:
        counts = count_rows(db)
    for table, n_rows in facts.n_rows.items():
        if counts.get(table, 0) != n_rows:
            raise BackupError(
                f"{path}: table {table} has {counts.get(table, 0)} rows, had {n_rows}"
            )
    return facts


def check_chains(path: Path) -> None:
    """Recompute the hash chain of every session in a sound backup.

    Restoring does not ask for it: a backup holds what the database held, and what was
    changed there is better restored and named than lost.

    Raises:
        BackupError: names the first break.
    """
    with opened_copy(path) as database, database.read() as db:
        breaks = verify_chains(db).breaks
    if breaks:
        raise BackupError(
            f"{path}: holds what the database held, whose hash chains have "
            f"{len(breaks)} breaks; the first: {breaks[0].message}"
        )


def restore(path: Path, target: Database) -> BackupFacts:
    """Check a backup and bring it, with its rows, into a database that has none.

    A backup of an older version is brought to this version's schema on the way.

    Raises:
        BackupError: the backup is not sound.
        DatabaseError: the target is not empty.
    """
    facts = verify_backup(path)
    with opened_copy(path) as source:
        copy_database(source, target)
    return facts


@contextmanager
def opened_copy(path: Path) -> Iterator[Database]:
    """A backup as a database of this version; the file itself is left alone."""
    with tempfile.TemporaryDirectory(prefix="backup-") as scratch:
        copy = Path(scratch) / "copy.sqlite3"
        shutil.copyfile(path, copy)
        database = Database(f"sqlite:///{copy}")
        try:
            database.prepare()
            yield database
        finally:
            database.close()


def facts_path(path: Path) -> Path:
    """The file that tells of a backup."""
    return path.with_suffix(".json")


def moment_of(path: Path) -> datetime | None:
    """When a backup was made, by its name; None if it is none of ours."""
    try:
        return datetime.strptime(path.name.removesuffix(SUFFIX), NAME).replace(
            tzinfo=UTC
        )
    except ValueError:
        return None


def _copy_into(path: Path, database: Database) -> None:
    if is_sqlite(database.engine):
        copy_pages(database.engine, path)
        return
    target = Database(f"sqlite:///{path}")
    try:
        target.prepare()
        copy_database(database, target)
    finally:
        target.close()


def _check_copy(path: Path) -> dict[str, int]:
    if damage := damage_of(path):
        raise BackupError(f"the backup just made is damaged ({damage}); none was kept")
    with opened_copy(path) as database, database.read() as db:
        return count_rows(db)


def _read_facts(path: Path) -> BackupFacts:
    try:
        return BackupFacts(**json.loads(facts_path(path).read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise BackupError(
            f"{facts_path(path)}: cannot be read ({error}); a backup is two files, "
            f"*{SUFFIX} and *.json: keep them together"
        ) from error


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BackupError(f"{path}: cannot be read ({error.strerror})") from error


def _sync(path: Path) -> None:
    """Let a file, or a folder's names, reach the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
