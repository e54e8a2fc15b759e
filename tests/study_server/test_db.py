"""The settings that keep what was acknowledged, read on connections in use."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from study_server.db import Database
from study_server.dialects import connect, is_sqlite, read_url
from study_server.errors import DatabaseError
from study_server.models import Study
from tests.study_server.private_postgresql import PrivateServer
from tests.study_server.rows import add_study


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    opened.prepare()
    yield opened
    opened.close()


def test_a_live_connection_has_durable_settings(database: Database) -> None:
    """4.4: the table of settings, asked for in a write transaction."""
    with database.write() as db:
        if is_sqlite(database.engine):
            wanted = {
                "journal_mode": "wal",
                "synchronous": 2,  # FULL
                "foreign_keys": 1,
                "busy_timeout": 30_000,
                "secure_delete": 1,
                "query_only": 0,
            }
            found = {name: db.scalar(text(f"PRAGMA {name}")) for name in wanted}
        else:
            wanted = {"synchronous_commit": "on", "TimeZone": "UTC"}
            found = {name: db.scalar(text(f"SHOW {name}")) for name in wanted}

    assert found == wanted


def test_synchronous_commit_is_on_whatever_the_server_says(
    postgresql: PrivateServer,
) -> None:
    """9.7"""
    url = postgresql.make("careless")
    postgresql.run("ALTER DATABASE careless SET synchronous_commit = off")
    database = Database(url)

    with database.write() as db:
        assert db.scalar(text("SHOW synchronous_commit")) == "on"

    database.close()
    postgresql.drop("careless")


def test_a_reader_cannot_write(database: Database) -> None:
    with database.read() as db, pytest.raises(DBAPIError):
        db.execute(text("DELETE FROM study"))

    with database.write() as db:  # the same connection may write again
        db.execute(text("DELETE FROM study"))


def test_a_reader_sees_one_moment(database: Database) -> None:
    with database.read() as db:
        before = db.scalar(select(func.count()).select_from(Study))
        with database.write() as other:
            add_study(other)
        after = db.scalar(select(func.count()).select_from(Study))

    assert (before, after) == (0, 0)


def test_two_who_read_and_then_write_do_not_overtake_each_other(
    database: Database,
) -> None:
    """A deferred BEGIN would fail on SQLite; without its lock PostgreSQL miscounts."""
    with database.write() as db:
        add_study(db).status = "1"

    def count_up(_n: int) -> None:
        with database.write() as db:
            study = db.scalars(select(Study).with_for_update()).one()
            study.status = str(int(study.status) + 1)

    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(count_up, range(40)))

    with database.read() as db:
        assert db.scalars(select(Study.status)).one() == "41"


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    def add_and_fail() -> None:
        with database.write() as db:
            add_study(db)
            raise KeyError

    with pytest.raises(KeyError):
        add_and_fail()

    with database.read() as db:
        assert db.scalars(select(Study)).all() == []


def test_addresses_are_read_or_refused_with_advice() -> None:
    assert read_url("postgres://a@b/c").drivername == "postgresql+psycopg"
    assert read_url("postgresql://a@b/c").drivername == "postgresql+psycopg"
    for address in ("mysql://a@b/c", "study.sqlite3"):
        with pytest.raises(DatabaseError, match="sqlite:///FILE"):
            connect(address)
