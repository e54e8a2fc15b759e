"""Moving a whole database, and backups of it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from threading import Event

import pytest
from sqlalchemy import text, update

from study_server.config import ServerConfig
from study_server.db import Database
from study_server.errors import BackupError, DatabaseError
from study_server.models import Response
from study_server.services import chain, copying
from study_server.services.backups import (
    check_chains,
    facts_path,
    list_backups,
    make_backup,
    restore,
    rotate,
    to_keep,
    verify_backup,
)
from study_server.services.copying import copy_database, count_rows, fingerprints
from study_server.services.enrolment import enrol, plan_session
from study_server.services.studies import get_study
from tests.study_server.rows import (
    MORNING,
    add_response,
    add_session,
    add_study,
    add_trial,
    response_to,
)
from tests.study_server.study_fixture import NOON, STUDY_ID, make_study

OpenDatabase = Callable[[str], Database]


ACKNOWLEDGEMENT = '{"z": 1.5, "a": [null, true, "ü"]}'
"""Text that a database may not put into another order."""


@pytest.fixture
def opened() -> Iterator[OpenDatabase]:
    """Databases by their addresses, closed at the end."""
    all_of_them: list[Database] = []

    def open_database(url: str) -> Database:
        database = Database(url)
        database.prepare()
        all_of_them.append(database)
        return database

    yield open_database
    for database in all_of_them:
        database.close()


@pytest.fixture
def filled(tmp_path: Path, database_url: str, opened: OpenDatabase) -> Database:
    """One study with a real plan, and a session with values that are hard to keep."""
    config = ServerConfig(data_dir=tmp_path / "data", database_url=database_url)
    config.data_dir.mkdir()
    bundle = make_study(config, tmp_path)
    database = opened(database_url)
    with database.write() as db:
        study = get_study(db, STUDY_ID)
        seated = enrol(db, study, started_at=NOON, rng=Random(5)).session
        plan_session(db, seated, study, bundle, rng=Random(5))
        session = add_session(db, study, "ä", slot_index=7, strategy='„“\n"\\ 漢字')
        response = response_to(add_trial(db, session, 0))
        response.rt_ms = 0.1 + 0.2
        response.acknowledgement = ACKNOWLEDGEMENT
        chain.append(session, response, [])
        db.add(response)
    return database


def test_a_database_arrives_whole_on_the_other_kind(
    filled: Database, empty_url: str, opened: OpenDatabase
) -> None:
    """9.7: to either kind from either; and from there on the copy is in use."""
    target = opened(empty_url)

    copied = copy_database(filled, target)

    with filled.read() as here, target.read() as there:
        assert fingerprints(here) == fingerprints(there) == copied
        assert copied["trial"].n_rows > 10
        keys = "SELECT acknowledgement FROM response"
        assert there.execute(text(keys)).scalar_one() == ACKNOWLEDGEMENT
    with target.write() as db:  # numbers given from now on are new ones
        add_study(db, "another")
        add_session(db, get_study(db, "another"), "later", strategy="none")


def test_a_target_with_rows_is_refused(
    filled: Database, empty_url: str, opened: OpenDatabase
) -> None:
    target = opened(empty_url)
    with target.write() as db:
        add_study(db)

    with pytest.raises(DatabaseError, match="has rows already"):
        copy_database(filled, target)

    with target.read() as db:
        assert count_rows(db)["study"] == 1


def test_a_copy_that_reads_back_differently_is_not_kept(
    filled: Database,
    tmp_path: Path,
    opened: OpenDatabase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = opened(f"sqlite:///{tmp_path / 'target.sqlite3'}")
    monkeypatch.setattr(copying, "fingerprints", lambda _db: {"study": object()})

    with pytest.raises(DatabaseError, match="does not read back"):
        copy_database(filled, target)

    with target.read() as db:
        assert set(count_rows(db).values()) == {0}


def test_a_backup_is_restored_with_every_row(
    filled: Database, tmp_path: Path, empty_url: str, opened: OpenDatabase
) -> None:
    """4.13, F12"""
    path = make_backup(filled, tmp_path / "backups", now=NOON)
    with filled.read() as db:
        before = fingerprints(db)
    with filled.write() as db:
        db.execute(text("DELETE FROM trial"))

    target = opened(empty_url)
    restore(path, target)

    with target.read() as db:
        assert fingerprints(db) == before
    assert [p.name for p in sorted(path.parent.iterdir())] == [
        facts_path(path).name,
        path.name,
    ]


def test_a_backup_under_load_holds_whole_transactions(
    filled: Database, tmp_path: Path
) -> None:
    """4.13, F12: each of the writes makes one session, one trial and one response."""
    is_over = Event()

    def keep_writing() -> int:
        for n in count():
            if is_over.is_set():
                return n
            with filled.write() as db:
                study = get_study(db, STUDY_ID)
                session = add_session(db, study, f"s{n}", slot_index=100 + n)
                add_response(db, add_trial(db, session, 0))
        raise AssertionError

    with filled.read() as db:
        before = count_rows(db)
    with ThreadPoolExecutor() as pool:
        writer = pool.submit(keep_writing)
        try:
            paths = [
                make_backup(filled, tmp_path / "backups", now=NOON + timedelta(hours=n))
                for n in range(3)
            ]
        finally:
            is_over.set()
        assert writer.result() > 0

    for path in paths:
        found = verify_backup(path).n_rows
        more = {found[t] - before[t] for t in ("study_session", "trial", "response")}
        assert len(more) == 1


def test_a_backup_holds_no_key(filled: Database, tmp_path: Path) -> None:
    key = ServerConfig(data_dir=tmp_path / "data").secret_key()

    path = make_backup(filled, tmp_path / "backups", now=NOON)

    assert key.encode() not in path.read_bytes() + facts_path(path).read_bytes()


def test_a_changed_or_damaged_backup_is_refused(
    filled: Database, tmp_path: Path
) -> None:
    path = make_backup(filled, tmp_path / "backups", now=NOON)
    verify_backup(path)
    whole = path.read_bytes()

    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BackupError, match="its checksum is"):
        verify_backup(path)
    path.write_bytes(whole)
    facts_path(path).unlink()
    with pytest.raises(BackupError, match="a backup is two files"):
        verify_backup(path)


def test_a_broken_chain_is_named_though_the_backup_is_sound(
    filled: Database, opened: OpenDatabase, tmp_path: Path
) -> None:
    """4.12, 4.13: what was changed before the backup was made is found in it."""
    check_chains(make_backup(filled, tmp_path / "before", now=NOON))
    with filled.write() as db:
        db.execute(update(Response).values(choice="right"))
    path = make_backup(filled, tmp_path / "after", now=NOON)

    verify_backup(path)
    restore(path, opened(f"sqlite:///{tmp_path / 'restored.sqlite3'}"))
    with pytest.raises(BackupError, match="1 breaks; the first"):
        check_chains(path)


def test_a_backup_that_fails_leaves_nothing_behind(
    filled: Database, tmp_path: Path
) -> None:
    with filled.engine.begin() as connection:
        connection.execute(text("ALTER TABLE answer RENAME TO elsewhere"))

    with pytest.raises(BackupError):
        make_backup(filled, tmp_path / "backups", now=NOON)

    assert list((tmp_path / "backups").iterdir()) == []


def test_hours_days_and_weeks_are_kept() -> None:
    """4.13: 24 hourly, 7 daily, 4 weekly."""
    end = datetime(2026, 3, 31, 23, 45, tzinfo=UTC)  # a Tuesday
    moments = [end - timedelta(minutes=15 * n) for n in range(4 * 24 * 40)]

    kept = to_keep(moments, n_hourly=24)

    hourly = {end - timedelta(hours=n) for n in range(24)}
    daily = {end - timedelta(days=n) for n in range(7)}
    weekly = {end - timedelta(days=2 + 7 * n) for n in range(3)}
    assert kept == hourly | daily | weekly


def test_rotation_deletes_what_is_too_much(filled: Database, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    first = make_backup(filled, folder, now=MORNING)
    second = make_backup(filled, folder, now=MORNING + timedelta(minutes=1))

    assert rotate(folder, n_hourly=1) == [first]
    assert list_backups(folder) == [second]
    assert not facts_path(first).exists()
