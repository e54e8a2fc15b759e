"""While a study runs, an export does not tell who was right."""

from pathlib import Path

import pytest
from sqlalchemy import select

from study_server.db import Database
from study_server.export.download import Wanted, download
from study_server.models import Erasure, Study, StudyStatus, Unblinding
from tests.study_server.export.zips import NOON, read_json, read_table

MAIN_AND_PRACTICE = [("practice", "true", "left"), ("main", "false", "left")]
BLIND = [("practice", "true", "left"), ("main", "", "")]


def truths(
    database: Database, sessions: str = "real", format_name: str = "csv"
) -> tuple[bool, list[tuple[str, ...]]]:
    """What an export says of itself, and what it tells of each response."""
    wanted = Wanted(
        study_id="demo", sessions=sessions, format_name=format_name, exported_at=NOON
    )
    archive = b"".join(download(database, wanted, Path("/nowhere")))
    if format_name == "jspsych":
        names, table = ("is_demo", "correct", "switched_queries"), "jspsych"
    else:
        names, table = ("trial_kind", "is_correct", "correct_option"), "responses"
    rows = [tuple(row[n] for n in names) for row in read_table(archive, table)]
    return read_json(archive, "export.json")["is_blind"], rows


def test_an_open_study_is_exported_without_who_was_right(database: Database) -> None:
    """7.5: left out of main trials, and said so."""
    assert truths(database) == (True, BLIND)


def test_the_names_of_jspsych_tell_no_more(database: Database) -> None:
    """7.5"""
    found = truths(database, format_name="jspsych")

    assert found == (True, [("true", "true", "false"), ("false", "", "")])


@pytest.mark.parametrize("sessions", ["simulated", "preview"])
def test_answers_of_nobody_are_exported_whole(
    database: Database, sessions: str
) -> None:
    is_blind, rows = truths(database, sessions)

    assert not is_blind
    assert ("main", "", "") not in rows


def test_a_closed_study_is_exported_whole(database: Database) -> None:
    with database.write() as db:
        db.scalars(select(Study)).one().status = StudyStatus.CLOSED

    assert truths(database) == (False, MAIN_AND_PRACTICE)


def test_an_unblinded_study_is_exported_whole(database: Database) -> None:
    """7.5"""
    with database.write() as db:
        db.add(
            Unblinding(
                study_id="demo", unblinded_at=NOON, unblinded_by="ada", reason="Look."
            )
        )

    assert truths(database) == (False, MAIN_AND_PRACTICE)


@pytest.fixture
def erased(database: Database) -> Database:
    """One participant less, and the tombstone."""
    with database.write() as db:
        row = {"reason": "asked", "outcome": "withdrawn", "erased_at": NOON}
        db.add(Erasure(study_id="demo", **row))
        db.add(Erasure(study_id="other", **row))
    return database


def test_of_the_erased_an_export_tells_that_there_was_one(erased: Database) -> None:
    """7.11"""
    wanted = Wanted(
        study_id="demo", sessions="real", format_name="csv", exported_at=NOON
    )
    archive = b"".join(download(erased, wanted, Path("/nowhere")))

    assert read_table(archive, "erasures") == [
        {
            "erasure_reason": "asked",
            "outcome": "withdrawn",
            "erased_at": "2024-05-02T12:00:00.000000Z",
        }
    ]
