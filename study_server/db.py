"""The database connection: SQLite run as it should be. No Flask.

Every write transaction begins with BEGIN IMMEDIATE: a deferred one that reads and then
writes fails at once when another writer is quicker, whatever the busy timeout.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from sqlite3 import Connection as SqliteConnection
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import Session, sessionmaker

from study_server.models import Base

SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # a commit that was acknowledged survives a power cut
    "foreign_keys=ON",
    "busy_timeout=30000",
    "secure_delete=ON",
)


class Database:
    """One engine and the two kinds of transaction used on it."""

    def __init__(self, url: str) -> None:
        self.engine = connect(url)
        self._make_session = sessionmaker(self.engine, expire_on_commit=False)

    def create_tables(self) -> None:
        """Make the tables that are not there yet."""
        Base.metadata.create_all(self.engine)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that commits at the end, or leaves no trace on an error."""
        with self._make_session.begin() as db:
            yield db

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction for reading; it takes no write lock."""
        with self._make_session() as db:
            db.connection(execution_options={"is_read_only": True})
            yield db
            db.expunge_all()  # what was read stays readable afterwards
            db.rollback()

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def connect(url: str) -> Engine:
    """An engine for the address; on SQLite with durable settings."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin)
    return engine


def _set_pragmas(connection: SqliteConnection, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions itself
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    is_read_only = connection.get_execution_options().get("is_read_only", False)
    connection.exec_driver_sql("BEGIN" if is_read_only else "BEGIN IMMEDIATE")
