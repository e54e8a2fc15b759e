"""The audit log: only ever longer, and tampering shows."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from study_server.db import Database
from study_server.dialects import is_sqlite
from study_server.models import AuditEntry, Study
from study_server.services.audit_log import note, verify_log
from tests.study_server.rows import MORNING, add_study


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Three acts were noted, and a study was launched."""
    database = Database(database_url)
    database.prepare()
    with database.write() as db:
        add_study(db)
        for action in ("login", "study.pause", "logout"):
            note(db, action, actor="ada", done_at=MORNING, details={"n": 1})
    yield database
    database.close()


def without_triggers(database: Database, statement: str) -> None:
    """What somebody with the database's file could do."""
    with database.engine.begin() as connection:
        for name in ("frozen_audit", "kept_audit"):
            on = "" if is_sqlite(connection) else " ON audit_entry"
            connection.execute(text(f"DROP TRIGGER {name}{on}"))
        connection.execute(text(statement))


def test_entries_follow_from_one_another(database: Database) -> None:
    """7.13"""
    with database.read() as db:
        found = verify_log(db)

    assert (found.n_entries, found.fault) == (3, None)


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE audit_entry SET actor = 'eve' WHERE entry_index = 2", "entry 2"),
        ("DELETE FROM audit_entry WHERE entry_index = 2", "entry 2 is missing"),
        ("UPDATE audit_entry SET details = '{}' WHERE entry_index = 1", "entry 1"),
    ],
)
def test_a_change_is_named(database: Database, statement: str, fault: str) -> None:
    """7.13"""
    without_triggers(database, statement)

    with database.read() as db:
        found = verify_log(db)

    assert found.fault is not None
    assert found.fault.startswith(fault)


@pytest.mark.parametrize(
    "statement",
    [
        update(AuditEntry).values(actor="eve"),
        delete(AuditEntry),
        update(Study).values(title="Another"),
        update(Study).values(launched_at=None),
        delete(Study),
    ],
    ids=str,
)
def test_the_database_refuses_to_rewrite_history(
    database: Database, statement: object
) -> None:
    """7.3, 7.13"""
    refusal = pytest.raises(DBAPIError, match=r"append-only|launched")
    with refusal, database.write() as db:
        db.execute(statement)  # type: ignore[call-overload]


def test_the_status_of_a_launched_study_may_change(database: Database) -> None:
    with database.write() as db:
        db.execute(update(Study).values(status="paused"))
