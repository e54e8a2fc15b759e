"""Disk full, database read-only, connection dropped: a clear stop, and no ack (F11)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, text

from study_server.db import Database
from study_server.dialects import is_sqlite
from study_server.models import Answer, Response
from study_server.trouble import Watch
from tests.study_server.participant.records import rows
from tests.study_server.participant.visitor import ANSWERS, Visitor

FAULTS = (
    ("sqlite", "full"),
    ("sqlite", "read-only"),
    ("postgresql", "full"),
    ("postgresql", "read-only"),
    ("postgresql", "dropped"),
)
"""A file has no connection to drop."""


@contextmanager
def failing(database: Database, fault: str) -> Iterator[None]:
    """Let the database fail for real whenever something is to be stored."""
    how = fail_on_sqlite if is_sqlite(database.engine) else fail_on_postgresql

    def fail(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(("INSERT", "UPDATE")):
            how(connection, fault)

    event.listen(database.engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(database.engine, "before_cursor_execute", fail)
        database.engine.dispose()


def fail_on_sqlite(connection: Any, fault: str) -> None:
    driver = connection.connection.driver_connection
    if fault == "read-only":
        driver.execute("PRAGMA query_only=ON")
        return
    driver.execute("CREATE TABLE IF NOT EXISTS filler (x)")
    (n_pages,) = driver.execute("PRAGMA page_count").fetchone()
    driver.execute(f"PRAGMA max_page_count={n_pages}")
    driver.execute("INSERT INTO filler VALUES (zeroblob(1000000))")


def fail_on_postgresql(connection: Any, fault: str) -> None:
    driver = connection.connection.driver_connection
    statement = {
        "full": "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END $$",
        "read-only": "SET TRANSACTION READ ONLY",
        "dropped": "SELECT pg_terminate_backend(pg_backend_pid())",
    }[fault]
    driver.execute(statement)


@pytest.mark.parametrize(("database_url", "fault"), FAULTS, indirect=["database_url"])
def test_what_cannot_be_stored_is_not_acknowledged(
    app: Flask, visitor: Visitor, database: Database, fault: str
) -> None:
    """4.11: 503 and when to come again; afterwards the same answer is stored."""
    visitor.begin()
    body = visitor.response(visitor.trial()["trial_id"])

    with failing(database, fault):
        refused = visitor.send(body)
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0
    assert b"received_at" not in refused.data
    assert rows(app, Response) == []

    assert visitor.send(body).status_code == 200
    assert [row.response_id for row in rows(app, Response)] == [body["response_id"]]


@pytest.mark.parametrize(("database_url", "fault"), FAULTS, indirect=["database_url"])
def test_after_a_failure_nobody_new_is_let_in_until_something_is_stored(
    app: Flask, visitor: Visitor, database: Database, fault: str
) -> None:
    visitor.begin()
    body = visitor.response(visitor.trial()["trial_id"])
    with failing(database, fault):
        visitor.send(body)
    newcomer = Visitor(app)

    turned_away = newcomer.get("/")
    assert turned_away.location.endswith("/not-open")
    assert app.test_client().get("/health/ready").status_code == 503
    visitor.send(body)

    assert newcomer.get("/").status_code == 200
    assert app.test_client().get("/health/ready").status_code == 200


def test_a_page_that_cannot_be_stored_is_calm(
    visitor: Visitor, database: Database
) -> None:
    visitor.start()

    with failing(database, "full"):
        page = visitor.get("/device")

    assert page.status_code == 503
    assert "Everything that was saved is safe" in page.text


def test_with_little_room_running_sessions_go_on_and_nobody_new_begins(
    app: Flask, visitor: Visitor, database: Database
) -> None:
    """4.11"""
    visitor.begin()
    app.extensions["watch"] = Watch(
        app.extensions["server_config"].data_dir, min_free_bytes=2**62
    )
    newcomer = Visitor(app)

    assert newcomer.get("/").location.endswith("/not-open")
    assert newcomer.get("/not-open").status_code == 200
    started = newcomer.send({"consent": True, "language": "en"}, to="session")
    assert started.status_code == 503
    assert int(started.headers["Retry-After"]) > 0
    assert (
        visitor.send(visitor.response(visitor.trial()["trial_id"])).status_code == 200
    )
    with database.read() as db:
        assert db.scalar(text("SELECT count(*) FROM study_session")) == 1


def test_characters_no_database_takes_harm_nobody(
    app: Flask, visitor: Visitor, database: Database
) -> None:
    visitor.begin()
    visitor.answer_all()
    visitor.get("/questions")

    strange = {**ANSWERS, "strategy": "By\0 colour."}
    assert visitor.post("/questions", **strange).status_code == 303

    with database.read() as db:
        words = db.scalars(select(Answer.answer).where(Answer.question == "strategy"))
        assert words.one() == "By colour."
    assert app.test_client().get("/s/no%00study/").status_code in {400, 404}
