"""Bonuses: capped, confirmed by a second person, never paid twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from study_server.db import Database
from study_server.errors import BonusError
from study_server.models import Bonus, PlatformIdentity
from study_server.services.bonuses import (
    Limits,
    bonus_csv,
    confirm,
    propose,
    read_lines,
)
from tests.study_server.rows import MORNING, add_session, add_study

LIMITS = Limits(per_person_cents=200, total_cents=300)
ONE, TWO = "1" * 32, "2" * 32


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Two sessions; the first came by a platform."""
    database = Database(f"sqlite:///{tmp_path / 'study.sqlite3'}")
    database.prepare()
    with database.write() as db:
        study = add_study(db)
        add_session(db, study, ONE)
        add_session(db, study, TWO, slot_index=1)
        db.add(
            PlatformIdentity(
                session_id=ONE,
                platform="prolific",
                participant_id="=HYPERLINK(1)",
                submission_id="sub1",
                others={},
            )
        )
    yield database
    database.close()


def ask(database: Database, rows: str, *, by: str = "ada", reason: str = "long") -> int:
    with database.write() as db:
        lines = read_lines(rows)
        made = propose(
            db, "demo", lines, reason=reason, limits=LIMITS, by=by, at=MORNING
        )
        return len(made)


def test_one_proposes_and_another_confirms(database: Database) -> None:
    """7.12"""
    assert ask(database, "11111111,1.50\n22222222,0.5\n") == 2
    with pytest.raises(BonusError, match="somebody else"), database.write() as db:
        confirm(db, "demo", by="ada", at=MORNING)

    with database.write() as db:
        assert len(confirm(db, "demo", by="bob", at=MORNING)) == 2
        table = bonus_csv(db, "demo").decode().splitlines()

    assert table[1] == "sub1,'=HYPERLINK(1),1.50,long"
    assert table[2] == f",{TWO},0.50,long"


def test_what_is_not_confirmed_is_not_paid(database: Database) -> None:
    ask(database, "11111111,1.50")

    with database.read() as db:
        assert bonus_csv(db, "demo").count(b"\n") == 1


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ("11111111,2.01", "at most 2.00"),
        ("11111111,2\n22222222,2", "at most 3.00"),
        ("11111111,0", "above 0"),
        ("11111111,-1", "is not a session and an amount"),
        ("11111111,1e3", "is not a session and an amount"),
        ("11111111;1", "is not a session and an amount"),
        ("11111111,1\n11111111,1", "twice"),
        ("33333333,1", "no session"),
        ("", "no rows"),
    ],
)
def test_rows_that_must_not_be_paid_are_refused(
    database: Database, rows: str, fault: str
) -> None:
    """7.12"""
    with pytest.raises(BonusError, match=fault):
        ask(database, rows)


def test_nobody_is_paid_twice_for_one_reason(database: Database) -> None:
    """7.12: Python says so, and the database has the last word."""
    ask(database, "11111111,1")
    with pytest.raises(BonusError, match="already"):
        ask(database, "11111111,1", by="bob")
    assert ask(database, "11111111,1", reason="another") == 1

    again = Bonus(
        study_id="demo",
        payee=ONE,
        session_id=ONE,
        reason="long",
        amount_cents=1,
        proposed_by="eve",
        proposed_at=MORNING,
    )
    with pytest.raises(IntegrityError), database.write() as db:
        db.add(again)
