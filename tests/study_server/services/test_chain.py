"""4.12: the chain names what was changed, removed, inserted or put elsewhere."""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from study_server.cli import main
from study_server.db import Database
from study_server.models import PageEvent, Response, StudySession
from study_server.services import chain
from study_server.services.chain import BEFORE_FIRST, CHAINED
from study_server.services.verification import verify_chains
from tests.study_server.rows import (
    add_response,
    add_session,
    add_study,
    add_trial,
    response_to,
)

N_RESPONSES = 5
Damage = Callable[[Session], None]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'study.sqlite3'}")
    database.prepare()
    with database.write() as db:
        study = add_study(db)
        for n, name in enumerate(("a", "b")):
            session = add_session(db, study, name, slot_index=n)
            for index in range(N_RESPONSES):
                add_response(db, add_trial(db, session, index))
    yield database
    database.close()


def response(db: Session, index: int) -> Response:
    place = Response.chain_index == index
    query = select(Response).where(Response.session_id == "a", place)
    return db.scalars(query).one()


def found(database: Database) -> list[tuple[str, str, int]]:
    with database.read() as db:
        breaks = verify_chains(db).breaks
    return [(each.session_id, each.kind, each.chain_index) for each in breaks]


def renumber(db: Session, places: dict[int, int]) -> None:
    rows = {index: response(db, index) for index in places}
    for row in rows.values():
        row.chain_index += 100
    db.flush()
    for index, place in places.items():
        rows[index].chain_index = place
    db.flush()


def insert(db: Session, place: int) -> None:
    """Put a row in, and move those behind it as somebody might who knows the rule."""
    renumber(db, {i: i + 1 for i in range(place, N_RESPONSES)})
    added = response_to(add_trial(db, db.get_one(StudySession, "a"), 99))
    added.session_id, added.chain_index, added.digest = "a", place, "f" * 64
    db.add(added)


def test_untouched_chains_are_sound(database: Database) -> None:
    with database.read() as db:
        verification = verify_chains(db)

    assert verification.is_sound
    assert (verification.n_sessions, verification.n_responses) == (2, 10)


def test_a_digest_is_that_of_the_one_before_and_of_the_row(database: Database) -> None:
    """Computed here from the words of the export format."""
    with database.read() as db:
        row = response(db, 0)
    cells = dict.fromkeys(CHAINED, "") | {
        "response_id": "r-a-t0",
        "session_id": "a",
        "trial_id": "a-t0",
        "chain_index": "0",
        "choice": "left",
        "is_correct": "true",
        "confidence": "2",
        "rt_ms": "1234.5678901",
        "onset_ms": "100.0",
        "response_ms": "1334.5678901",
        "unlocked_ms": "100.0",
        "frame_interval_ms": "16.7",
        "onset_method": "raf_after_decode",
        "input_modality": "mouse",
        "hidden_ms": "0.0",
        "blurred_ms": "0.0",
        "n_resizes": "0",
        "n_fullscreen_exits": "0",
        "n_onsets": "1",
        "viewport_width_px": "1280",
        "viewport_height_px": "720",
        "device_pixel_ratio": "2.0",
        "is_fullscreen": "false",
        "is_small_window": "false",
        "shown_at": "2024-05-01T09:30:15.250000Z",
        "received_at": "2024-05-01T09:30:15.250000Z",
        "is_late": "false",
        "origin": "sent",
    }
    text = json.dumps({**cells, "events": []}, sort_keys=True, separators=(",", ":"))

    assert row.digest == hashlib.sha256(f"{'0' * 64}\n{text}".encode()).hexdigest()
    assert BEFORE_FIRST == "0" * 64


def test_every_column_of_a_response_is_in_the_chain() -> None:
    apart = {"digest", "acknowledgement"}

    assert {column.key for column in Response.__table__.columns} == {*CHAINED, *apart}


@pytest.mark.parametrize("column", ["choice", "rt_ms", "is_correct", "received_at"])
def test_a_changed_row_is_named(database: Database, column: str) -> None:
    other = {"choice": "'right'", "rt_ms": "900", "is_correct": "0"}
    value = other.get(column, "'2024-05-01 09:30:16.000000'")
    with database.write() as db:
        change = f"UPDATE response SET {column} = {value} WHERE response_id = 'r-a-t2'"
        db.execute(text(change))

    assert found(database) == [("a", "changed", 2)]


def test_a_changed_row_with_a_new_digest_of_its_own_is_noticed_behind_it(
    database: Database,
) -> None:
    with database.write() as db:
        row = response(db, 2)
        row.rt_ms = 900.0
        row.digest = chain.digest_of(response(db, 1).digest, row, [])
        row.acknowledgement = "{}"

    assert found(database) == [("a", "changed", 3)]


def test_the_last_row_with_a_new_digest_is_not_what_the_session_remembers(
    database: Database,
) -> None:
    with database.write() as db:
        row = response(db, 4)
        row.choice = "right"
        row.digest = chain.digest_of(response(db, 3).digest, row, [])

    assert found(database) == [("a", "changed", 4)]


@pytest.mark.parametrize("index", range(N_RESPONSES))
def test_a_removed_row_is_named(database: Database, index: int) -> None:
    with database.write() as db:
        db.execute(delete(Response).where(Response.response_id == f"r-a-t{index}"))

    assert found(database) == [("a", "removed", index)]


def test_a_removed_row_whose_gap_was_closed_is_noticed(database: Database) -> None:
    with database.write() as db:
        db.delete(response(db, 1))
        db.flush()
        renumber(db, {2: 1, 3: 2, 4: 3})

    assert found(database) == [
        ("a", "changed", 1),  # what it followed is gone
        ("a", "reordered", 2),
        ("a", "reordered", 3),
        ("a", "removed", 4),
    ]


@pytest.mark.parametrize("place", range(N_RESPONSES + 1))
def test_an_inserted_row_is_named(database: Database, place: int) -> None:
    with database.write() as db:
        insert(db, place)

    assert ("a", "inserted", place) in found(database)
    assert {kind for _, kind, _ in found(database)} <= {"inserted", "reordered"}


def test_reordered_rows_are_named(database: Database) -> None:
    with database.write() as db:
        renumber(db, {1: 3, 3: 1})

    assert ("a", "reordered", 1) in found(database)
    assert ("a", "reordered", 3) in found(database)
    assert {kind for _, kind, _ in found(database)} == {"reordered"}


def test_an_event_added_to_a_trial_changes_its_row(database: Database) -> None:
    with database.write() as db:
        row = response(db, 1)
        event = {"event": "hidden", "start_ms": 1.0, "duration_ms": 2.0}
        seen = {"session_id": "a", "trial_id": row.trial_id}
        db.add(PageEvent(**event, **seen, started_at=row.received_at, value=None))

    assert found(database) == [("a", "changed", 1)]


def test_the_command_fails_and_names_the_row(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["verify", "--data", str(tmp_path)]
    assert main(command) == 0
    assert "10 responses of 2 sessions: all as stored" in capsys.readouterr().out
    with database.write() as db:
        db.execute(update(Response).where(Response.chain_index == 3).values(rating=3))

    assert main(command) == 1
    shown = capsys.readouterr()
    assert "session a, response 3 (r-a-t3): changed" in shown.out
    assert "2 things are not as stored" in shown.err
    assert main([*command, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [each["response_id"] for each in told["breaks"]] == ["r-a-t3", "r-b-t3"]
    assert told["is_sound"] is False
