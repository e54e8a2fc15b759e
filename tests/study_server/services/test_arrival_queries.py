"""What an arrival costs does not grow with those who came before (2.13)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import event

from study_server.config import ServerConfig
from study_server.db import Database
from study_server.services.enrolment import enrol
from study_server.services.studies import get_study
from tests.study_server.study_fixture import NOON, STUDY_ID, make_study

Asked = list[tuple[str, Any]]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """SQLite, which tells by which index it looks."""
    config = ServerConfig(data_dir=tmp_path / "data")
    config.data_dir.mkdir()
    make_study(config, tmp_path)
    database = Database(config.resolved_database_url)
    yield database
    database.close()


@contextmanager
def noted(database: Database) -> Iterator[Asked]:
    """Statements and their parameters, as they are asked."""
    asked: Asked = []

    def note(*given: Any) -> None:
        _, _, statement, parameters, *_ = given
        asked.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(database.engine, "before_cursor_execute", note)


def arrive(database: Database, number: int) -> None:
    with database.write() as db:
        enrol(db, get_study(db, STUDY_ID), started_at=NOON, rng=Random(number))


def test_an_arrival_reads_no_table_from_its_beginning_to_its_end(
    database: Database,
) -> None:
    arrive(database, 1)
    with noted(database) as asked:
        arrive(database, 2)

    told: list[str] = []
    with database.engine.connect() as connection:
        for statement, parameters in asked:
            if statement.startswith(("SELECT", "UPDATE")):
                question = f"EXPLAIN QUERY PLAN {statement}"
                plan = connection.exec_driver_sql(question, parameters)
                told += [str(step.detail) for step in plan]
    assert any("ix_study_session_running_lease" in each for each in told)
    assert any("ix_study_session_slot" in each for each in told)
    assert [each for each in told if each.startswith("SCAN")] == []


def test_an_arrival_asks_few_questions(database: Database) -> None:
    arrive(database, 1)
    with noted(database) as asked:
        arrive(database, 2)

    words = [statement.split()[0] for statement, _ in asked]
    assert words.count("SELECT") <= 3  # the study, what has expired, the lowest place
    assert words.count("UPDATE") == 0
    assert words.count("INSERT") == 1
