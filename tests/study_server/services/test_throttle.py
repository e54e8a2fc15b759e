"""Guessing passwords gets slow, logging in does not; all processes count together."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select

from study_server.db import Database
from study_server.models import FailedLogin
from study_server.services.throttle import FREE_FAILURES, WINDOW_S, admit, forgive
from tests.study_server.rows import MORNING


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    database.prepare()
    yield database
    database.close()


def attempt(database: Database, *keys: str, after_s: float = 0) -> float:
    """One login that fails, or the seconds it has to wait."""
    with database.write() as db:
        return admit(db, *keys, now=MORNING + timedelta(seconds=after_s))


def fail(database: Database, *keys: str, times: int, after_s: float = 0) -> None:
    for _ in range(times):
        assert attempt(database, *keys, after_s=after_s) == 0


def test_five_failures_are_free_and_the_sixth_attempt_waits(database: Database) -> None:
    fail(database, "ada", times=FREE_FAILURES)

    assert attempt(database, "ada") == 30


def test_the_wait_doubles_with_every_further_failure(database: Database) -> None:
    fail(database, "ada", times=FREE_FAILURES)

    fail(database, "ada", times=1, after_s=30)

    assert attempt(database, "ada", after_s=30) == 60


def test_a_refused_attempt_does_not_lengthen_the_wait(database: Database) -> None:
    fail(database, "ada", times=FREE_FAILURES)

    attempt(database, "ada", after_s=20)

    assert attempt(database, "ada", after_s=20) == 10


def test_one_address_cannot_try_many_accounts(database: Database) -> None:
    for name in range(FREE_FAILURES):
        fail(database, "address 10.0.0.1", f"account {name}", times=1)

    assert attempt(database, "address 10.0.0.1", "account new") > 0
    assert attempt(database, "address 10.0.0.2", "account new") == 0


def test_a_login_that_succeeds_is_forgiven(database: Database) -> None:
    fail(database, "ada", times=FREE_FAILURES)

    with database.write() as db:
        forgive(db, "ada")

    assert attempt(database, "ada") == 0


def test_failures_are_forgotten_after_the_window(database: Database) -> None:
    fail(database, "ada", times=FREE_FAILURES)

    fail(database, "ada", times=FREE_FAILURES, after_s=WINDOW_S)


def test_attempts_at_the_same_moment_do_not_slip_through(database: Database) -> None:
    with ThreadPoolExecutor(max_workers=8) as pool:
        waits = list(pool.map(lambda _n: attempt(database, "a", "b"), range(24)))

    assert waits.count(0) == FREE_FAILURES


def test_neither_names_nor_addresses_are_stored(database: Database) -> None:
    attempt(database, "address 203.0.113.5")

    with database.read() as db:
        (row,) = db.scalars(select(FailedLogin))
    assert row.key_sha256 == sha256(b"address 203.0.113.5").hexdigest()
