"""The two databases that the server runs on; what asks for one is tested on both."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from study_server.db import Database
from study_server.migrations.triggers import REFUSALS
from study_server.models import Base
from tests.conftest import skip_or_fail_in_ci
from tests.study_server.private_postgresql import (
    PrivateServer,
    find_program,
    private_postgresql,
)

WITHOUT_TRIGGERS = "SET session_replication_role = replica"
RESTART_COUNTERS = "SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'"
ARE_TRIGGERS_THERE = (
    f"SELECT 1 / (count(*) = {len(REFUSALS)})::int FROM pg_trigger "
    "WHERE NOT tgisinternal"
)
"""Divides by zero when a test has dropped one."""

PREPARED = "prepared"
"""A database with our tables, emptied before each test."""


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PrivateServer]:
    """One server for all tests of this process."""
    if find_program("initdb") is None:
        skip_or_fail_in_ci("no PostgreSQL; install Debian's package postgresql")
    with private_postgresql() as server:
        yield server


@pytest.fixture(params=("sqlite", "postgresql"))
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with tables and no rows, and nobody else's now."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'study.sqlite3'}"
    server: PrivateServer = request.getfixturevalue("postgresql")
    return emptied(server)


def emptied(server: PrivateServer) -> str:
    """The prepared database without rows; made anew if it is not as it was made.

    To make one takes a quarter of a second, to empty one a hundredth.
    """
    server.disconnect_all(PREPARED)
    tables = [f'DELETE FROM "{t.name}"' for t in reversed(Base.metadata.sorted_tables)]
    steps = [ARE_TRIGGERS_THERE, WITHOUT_TRIGGERS, *tables, RESTART_COUNTERS]
    try:
        server.run("; ".join(steps), database=PREPARED)
    except psycopg.Error:  # it is not there yet, or a test has changed its tables
        server.drop(PREPARED)
        database = Database(server.make(PREPARED))
        database.prepare()
        database.close()
    return server.url(PREPARED)


@pytest.fixture(params=("sqlite", "postgresql"))
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    server: PrivateServer = request.getfixturevalue("postgresql")
    yield server.make("empty")
    server.drop("empty")
