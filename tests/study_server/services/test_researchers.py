"""Accounts and passwords of researchers."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from study_server.db import Database
from study_server.errors import AccountError
from study_server.services.researchers import (
    DECOY_HASH,
    HASHER,
    add_researcher,
    authenticate,
    change_password,
    find_researcher,
    record_login,
    reset_password,
)
from tests.study_server.rows import MORNING

GOOD = "a long enough password"


@pytest.fixture
def db(database_url: str) -> Iterator[Session]:
    database = Database(database_url)
    database.prepare()
    with database.write() as db:
        yield db
    database.close()


def test_a_new_researcher_logs_in_with_the_one_time_password(db: Session) -> None:
    password = add_researcher(db, "ada", created_at=MORNING)

    researcher = authenticate(db, "ada", password)

    assert researcher is not None
    assert researcher.has_one_time_password


def test_a_login_leaves_its_time(db: Session) -> None:
    add_researcher(db, "ada", created_at=MORNING)

    record_login(db, "ada", at=MORNING)

    researcher = find_researcher(db, "ada")
    assert researcher is not None
    assert researcher.last_login_at == MORNING


def test_the_password_is_not_stored(db: Session) -> None:
    password = add_researcher(db, "ada", created_at=MORNING)

    researcher = find_researcher(db, "ada")

    assert researcher is not None
    assert password not in researcher.password_hash
    assert researcher.password_hash.startswith("$argon2id$")


@pytest.mark.parametrize(("name", "password"), [("ada", "wrong"), ("bob", "wrong")])
def test_a_wrong_name_or_password_is_refused_alike(
    db: Session, name: str, password: str
) -> None:
    add_researcher(db, "ada", created_at=MORNING)

    assert authenticate(db, name, password) is None


def test_an_unknown_name_costs_as_much_work_as_a_known_one() -> None:
    assert not HASHER.check_needs_rehash(DECOY_HASH)


def test_a_name_is_given_once(db: Session) -> None:
    add_researcher(db, "ada", created_at=MORNING)

    with pytest.raises(AccountError, match="already a researcher 'ada'"):
        add_researcher(db, "ada", created_at=MORNING)


@pytest.mark.parametrize("name", ["", "  ", " ada", "x" * 101])
def test_a_name_that_cannot_be_typed_back_is_refused(db: Session, name: str) -> None:
    with pytest.raises(AccountError, match="1 to 100 characters"):
        add_researcher(db, name, created_at=MORNING)


def test_a_changed_password_ends_one_time_use(db: Session) -> None:
    password = add_researcher(db, "ada", created_at=MORNING)
    researcher = authenticate(db, "ada", password)
    assert researcher is not None

    change_password(researcher, current=password, new=GOOD)

    assert not researcher.has_one_time_password
    assert authenticate(db, "ada", password) is None
    assert authenticate(db, "ada", GOOD) is researcher


@pytest.mark.parametrize(
    ("new", "reason"),
    [("short", "at least 12"), ("x" * 2000, "at least 12"), (None, "must differ")],
)
def test_a_bad_new_password_is_refused(
    db: Session, new: str | None, reason: str
) -> None:
    password = add_researcher(db, "ada", created_at=MORNING)
    researcher = find_researcher(db, "ada")
    assert researcher is not None

    with pytest.raises(AccountError, match=reason):
        change_password(researcher, current=password, new=new or password)


def test_a_reset_gives_a_new_one_time_password(db: Session) -> None:
    first = add_researcher(db, "ada", created_at=MORNING)

    second = reset_password(db, "ada")

    assert authenticate(db, "ada", first) is None
    researcher = authenticate(db, "ada", second)
    assert researcher is not None
    assert researcher.has_one_time_password


def test_the_password_of_nobody_cannot_be_reset(db: Session) -> None:
    with pytest.raises(AccountError, match="no researcher 'bob'"):
        reset_password(db, "bob")
