"""The whole zip, as a reader finds it."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from study_server.db import Database
from study_server.errors import ExportError
from study_server.export.archive import stream_archive, write_archive
from study_server.export.bundle_rows import BUNDLE_TABLES
from study_server.export.codebook import TABLES
from study_server.models import Study, StudySession
from tests.study_server.rows import add_response, add_session, add_trial

NOON = datetime(2024, 5, 2, 12, tzinfo=UTC)


def export(database: Database, sessions: str = "all", at: datetime = NOON) -> bytes:
    with database.read() as db:
        study = db.scalars(select(Study)).one()
        return b"".join(stream_archive(db, study, sessions=sessions, exported_at=at))


def read_table(archive: bytes, table: str) -> list[dict[str, str]]:
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        text = files.read(f"{table}.csv").decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def read_json(archive: bytes, name: str) -> Any:
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        return json.loads(files.read(name))


def test_every_session_is_exported_also_of_those_who_stopped(
    database: Database,
) -> None:
    participants = read_table(export(database), "participants")

    assert [(p["session_id"], p["outcome"]) for p in participants] == [
        ("a", "withdrawn"),
        ("b", "completed"),
        ("c", ""),
    ]


def test_main_trials_and_their_responses_are_counted(database: Database) -> None:
    participants = read_table(export(database), "participants")

    counts = [(p["n_main_trials"], p["n_main_responses"]) for p in participants]
    assert counts == [("1", "0"), ("1", "1"), ("1", "1")]


def test_trials_never_shown_are_exported(database: Database) -> None:
    trials = read_table(export(database), "trials")

    assert [(t["trial_id"], t["first_served_at"] == "") for t in trials] == [
        ("a-t0", True),
        ("b-t0", False),
        ("b-t1", False),
        ("c-t0", False),
    ]
    assert trials[0]["panel_stimulus_ids"] == "c" * 32 + "|" + "e" * 32


def test_a_response_carries_its_trial_and_its_conflicts(database: Database) -> None:
    practice, main, _ = read_table(export(database), "responses")

    assert practice["block_index"] == ""
    assert main["is_correct"] == "false"
    assert main["correct_option"] == "left"
    assert main["rt_ms"] == "1234.5678901"
    assert main["panel_onset_ms"] == ""
    assert main["received_at"] == "2024-05-01T09:30:15.250000Z"
    assert (practice["n_conflicts"], main["n_conflicts"]) == ("0", "1")


def test_free_text_is_guarded_against_spreadsheets(database: Database) -> None:
    strategies = [p["strategy"] for p in read_table(export(database), "participants")]

    assert strategies == ["", "'=1+1", ""]


@pytest.mark.parametrize(
    ("sessions", "exported", "left_out"),
    [("all", ["a", "b", "c"], 0), ("real", ["a", "b"], 1), ("simulated", ["c"], 2)],
)
def test_people_and_simulated_participants_can_be_exported_apart(
    database: Database, sessions: str, exported: list[str], left_out: int
) -> None:
    archive = export(database, sessions)

    for table in TABLES:
        found = {row["session_id"] for row in read_table(archive, table)}
        assert found <= set(exported)
    assert [p["session_id"] for p in read_table(archive, "participants")] == exported
    assert read_json(archive, "export.json")["n_sessions_left_out"] == left_out


def test_a_choice_of_sessions_that_is_not_offered_is_refused(
    database: Database,
) -> None:
    with pytest.raises(ExportError, match="all, real, simulated, preview; got 'some'"):
        export(database, "some")


def test_the_same_data_give_the_same_bytes(database: Database) -> None:
    assert export(database) == export(database)


def test_only_export_json_knows_the_time_of_the_export(database: Database) -> None:
    early, late = (
        export(database),
        export(database, at=datetime(2030, 1, 1, tzinfo=UTC)),
    )

    with (
        zipfile.ZipFile(io.BytesIO(early)) as first,
        zipfile.ZipFile(io.BytesIO(late)) as second,
    ):
        changed = [n for n in first.namelist() if first.read(n) != second.read(n)]
    assert changed == ["export.json"]


def test_checksums_and_counts_are_those_of_the_tables(database: Database) -> None:
    archive = export(database)

    facts = read_json(archive, "export.json")
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        for name, sha256 in facts["table_sha256"].items():
            assert hashlib.sha256(files.read(name)).hexdigest() == sha256
    of_sessions = {t: n for t, n in facts["n_rows"].items() if t not in BUNDLE_TABLES}
    assert of_sessions == {
        "participants": 3,
        "trials": 4,
        "responses": 3,
        "events": 0,
        "pages": 0,
        "comprehension": 0,
        "answers": 1,
        "conflicts": 1,
        "rejected": 0,
        "chains": 3,
        "consents": 0,
        "assignment": 3,
    }
    assert facts["definition"] == {
        "study": {"study_id": "demo", "title": "A study of pictures"}
    }
    assert facts["manifest_sha256"] == "m" * 64


def test_export_json_has_the_keys_the_page_promises(database: Database) -> None:
    assert list(read_json(export(database), "export.json")) == [
        "schema_version",
        "study_id",
        "study_version",
        "study_title",
        "definition",
        "definition_sha256",
        "bundle_id",
        "manifest_sha256",
        "server_version",
        "exported_at",
        "sessions",
        "n_rows",
        "n_sessions_left_out",
        "table_sha256",
    ]


def test_a_study_without_sessions_exports_empty_tables(database: Database) -> None:
    with database.write() as db:
        for session in db.scalars(select(StudySession)):
            db.delete(session)

    archive = export(database)

    assert read_json(archive, "export.json")["n_rows"] == dict.fromkeys(TABLES, 0)


def test_answers_that_arrive_during_an_export_are_not_in_it(
    database: Database,
) -> None:
    with database.read() as db:
        study = db.scalars(select(Study)).one()
        before = len(list(stream_archive(db, study, sessions="all", exported_at=NOON)))
        with database.write() as participants:
            mine = participants.get_one(Study, study.id)
            session = add_session(participants, mine, "d", slot_index=3)
            add_response(participants, add_trial(participants, session, 0))
        during = b"".join(stream_archive(db, study, sessions="all", exported_at=NOON))

    assert before > 0
    assert len(read_table(during, "participants")) == 3
    assert len(read_table(export(database), "participants")) == 4


def test_a_failed_export_leaves_the_old_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "out" / "export.zip"

    with pytest.raises(ExportError, match="name a folder that exists"):
        write_archive([b"new"], path)
    path.parent.mkdir()
    path.write_bytes(b"old")
    with pytest.raises(ValueError, match="interrupted"):
        write_archive(interrupted(), path)

    assert path.read_bytes() == b"old"
    assert list(path.parent.iterdir()) == [path]


def interrupted() -> Any:
    yield b"half"
    raise ValueError("interrupted")
