"""The two databases that the server runs on; what asks for one is tested on both."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from study_server.db import Database
from tests.conftest import skip_or_fail_in_ci
from tests.study_server.private_postgresql import (
    PrivateServer,
    find_program,
    private_postgresql,
)

TEMPLATE = "prepared"
"""A database with our tables and no rows, copied for each test."""


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PrivateServer]:
    """One server for all tests of this process."""
    if find_program("initdb") is None:
        skip_or_fail_in_ci("no PostgreSQL; install Debian's package postgresql")
    with private_postgresql() as server:
        database = Database(server.make(TEMPLATE))
        database.prepare()
        database.close()
        yield server


@pytest.fixture(params=("sqlite", "postgresql"))
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of the test's own, with tables and no rows."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'study.sqlite3'}"
        return
    server: PrivateServer = request.getfixturevalue("postgresql")
    yield server.make("one_test", template=TEMPLATE)
    server.drop("one_test")


@pytest.fixture(params=("sqlite", "postgresql"))
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    server: PrivateServer = request.getfixturevalue("postgresql")
    yield server.make("empty")
    server.drop("empty")
