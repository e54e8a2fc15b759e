"""What SQLite and PostgreSQL do differently: their SQL stands here and nowhere else.

Both keep what they have acknowledged through a power cut. SQLite has one writer, and
every write transaction begins with BEGIN IMMEDIATE: a deferred one that reads and then
writes fails at once when another writer is quicker, whatever the busy timeout. On
PostgreSQL writers meet only where they lock the same rows (`with_for_update`, which
SQLite needs and knows not). No Flask.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.orm import Session

from study_server.errors import DatabaseError

SQLITE, POSTGRESQL = "sqlite", "postgresql"

SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # a commit that was acknowledged survives a power cut
    "foreign_keys=ON",
    "busy_timeout=30000",
    "secure_delete=ON",
    "journal_size_limit=67108864",  # a WAL that grew during an export shrinks again
)

READING_CACHE_MB = 2
"""As SQLite has it by default."""

POSTGRESQL_SETTINGS = {
    "synchronous_commit": "on",  # whatever the server's or the role's default is
    "timezone": "UTC",
    "lock_timeout": "30s",
    "idle_in_transaction_session_timeout": "300s",
}

READING = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""Of PostgreSQL's transactions that see one moment and write nothing."""

SCHEMA_LOCK = 0x41_63_63_65_6E_74
"""Number of PostgreSQL's advisory lock on the schema: "Accent" in ASCII."""
AUDIT_LOCK = SCHEMA_LOCK + 1


def read_url(text: str) -> URL:
    """The address of a database, with the one driver we use for its kind.

    Raises:
        DatabaseError: no address, or of a kind we do not run on.
    """
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise DatabaseError(
            f"{text!r} is no database address; write sqlite:///FILE or "
            "postgresql+psycopg://USER@HOST/NAME"
        ) from error
    kind = url.get_backend_name()
    if kind in {"postgres", POSTGRESQL}:
        return url.set(drivername="postgresql+psycopg")
    if kind != SQLITE:
        raise DatabaseError(
            f"{kind!r} databases are not supported; use sqlite:///FILE or "
            "postgresql+psycopg://USER@HOST/NAME"
        )
    return url


def connect(text: str, *, n_connections: int = 16) -> Engine:
    """An engine for the address, with settings that lose nothing.

    Args:
        n_connections: most connections to PostgreSQL kept open by this process.

    Raises:
        DatabaseError: the address cannot be used, or its driver is not installed.
    """
    url = read_url(text)
    try:
        if is_sqlite(url):
            return _open_sqlite(url, "BEGIN IMMEDIATE", *SQLITE_PRAGMAS)
        options = " ".join(f"-c {k}={v}" for k, v in POSTGRESQL_SETTINGS.items())
        return create_engine(
            url,
            pool_size=n_connections,
            pool_pre_ping=True,  # a connection the server dropped is replaced unseen
            connect_args={"options": options, "connect_timeout": 10},
        )
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise DatabaseError(
            "PostgreSQL needs its driver: pip install 'accentuate[postgres]'"
        ) from error


def is_sqlite(place: URL | Engine | Connection) -> bool:
    """Whether it is a file of SQLite rather than a server of PostgreSQL."""
    if isinstance(place, URL):
        return place.get_backend_name() == SQLITE
    return place.dialect.name == SQLITE


def for_reading(engine: Engine, *, cache_mb: int = READING_CACHE_MB) -> Engine:
    """The same database in transactions that see one moment and write nothing.

    Args:
        cache_mb: of pages that each connection to SQLite keeps; PostgreSQL has its own.

    On SQLite with connections of their own: to forbid one to write, and to allow it
    again, makes SQLite forget every statement it has prepared for it.
    """
    if is_sqlite(engine):
        pragmas = ("query_only=ON", f"cache_size=-{1000 * cache_mb}")
        return _open_sqlite(engine.url, "BEGIN", *SQLITE_PRAGMAS, *pragmas)
    return engine.execution_options(**READING)


def careless_settings(connection: Connection) -> list[str]:
    """Settings of the server with which a power cut takes what was acknowledged."""
    if is_sqlite(connection):
        return []
    names = ("fsync", "full_page_writes")
    asked = ((n, connection.exec_driver_sql(f"SHOW {n}").scalar()) for n in names)
    return [f"{name}={value}" for name, value in asked if value != "on"]


def can_be_late(db: Session) -> bool:
    """Whether a row may have changed between the look at it and the lock on it.

    On SQLite the whole transaction has the only write lock from its beginning.
    """
    return not is_sqlite(db.get_bind())


def lock_schema(connection: Connection) -> None:
    """Let one process at a time change the tables, until the transaction ends.

    On SQLite the transaction itself has locked the file.
    """
    if not is_sqlite(connection):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({SCHEMA_LOCK})")


def lock_audit_log(connection: Connection) -> None:
    """Let one transaction at a time write to the audit log, until it ends.

    On SQLite the transaction itself has locked the file.
    """
    if not is_sqlite(connection):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({AUDIT_LOCK})")


def suspend_foreign_keys(connection: Connection) -> None:
    """Before a transaction that may rebuild tables: SQLite changes a table by making
    it anew, and dropping the old one must not take the rows that refer to it.

    The connection is to be thrown away afterwards.
    """
    if is_sqlite(connection):
        _run_outside_transaction(connection, "PRAGMA foreign_keys=OFF")


def check_foreign_keys(connection: Connection) -> None:
    """After such a transaction's work, before its commit.

    Raises:
        DatabaseError: a row refers to one that is not there.
    """
    if not is_sqlite(connection):
        return  # PostgreSQL has checked each of them
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise DatabaseError(
            f"row {broken[1]} of table {broken[0]} refers to a row of {broken[2]} that "
            "is not there; nothing was changed"
        )


def restart_counter(connection: Connection, table: str, column: str) -> None:
    """After rows were written with their numbers: the next one gets a higher number.

    SQLite looks at the rows and needs not be told.
    """
    if not is_sqlite(connection):
        connection.exec_driver_sql(
            f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), "
            f'(SELECT coalesce(max("{column}"), 0) + 1 FROM "{table}"), false)'
        )


def copy_pages(engine: Engine, path: Path) -> None:
    """Copy a whole SQLite database into one new file, while others go on writing.

    All pages in one step, and so of one moment: in WAL mode that holds nobody up, while
    a copy in several steps would begin anew whenever somebody else writes.

    Raises:
        sqlite3.Error: it cannot be read or written.
    """
    with engine.connect() as connection, closing(sqlite3.connect(path)) as copy:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it


def scrub_free_space(engine: Engine) -> bool:
    """Leave nothing of deleted rows in the database's files.

    SQLite has overwritten them where they stood (`secure_delete`); the file is written
    anew all the same, for pages that were moved, and the log is emptied. PostgreSQL
    keeps deleted rows until their tables are written anew.

    Returns:
        False when a reader kept the log from being emptied.
    """
    if is_sqlite(engine):
        with engine.connect() as connection:
            _run_outside_transaction(connection, "VACUUM")
            driver = connection.connection.driver_connection
            assert driver is not None
            (busy, *_) = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy
    with engine.connect() as connection:
        free = connection.execution_options(isolation_level="AUTOCOMMIT")
        free.exec_driver_sql("VACUUM FULL")
        free.exec_driver_sql("CHECKPOINT")
    return True


def damage_of(path: Path) -> str | None:
    """What SQLite finds wrong in a file; None when nothing."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as file:
            (found,) = file.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error as error:
        return str(error)
    return None if found == "ok" else str(found)


def _run_outside_transaction(connection: Connection, statement: str) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(statement)


def _open_sqlite(url: URL, begin: str, *pragmas: str) -> Engine:
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
