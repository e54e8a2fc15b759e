"""The trial runner's questions and answers."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from study_server.db import Database
from study_server.models import Response, ResponseConflict, StudyStatus, Trial
from study_server.participant import landing
from study_server.services.studies import set_status
from tests.study_server.participant.visitor import ANSWERS, BASE, Visitor
from tests.study_server.study_fixture import CONDITIONS, STUDY_ID


def count(database: Database, table: type) -> int:
    with database.read() as db:
        return db.scalars(select(func.count()).select_from(table)).one()


def test_sending_a_response_again_gives_the_identical_acknowledgement(
    visitor: Visitor, database: Database
) -> None:
    visitor.begin()
    body = visitor.response(visitor.trial()["trial_id"])
    first = visitor.send(body)
    visitor.send(visitor.response(visitor.trial()["trial_id"]))

    again = visitor.send(body)

    assert again.data == first.data
    assert first.get_json()["n_stored"] == 1
    assert count(database, Response) == 2


def test_another_answer_to_the_same_trial_is_kept_as_a_conflict(
    visitor: Visitor, database: Database
) -> None:
    """4.5"""
    visitor.begin()
    trial_id = visitor.trial()["trial_id"]
    visitor.send(visitor.response(trial_id, choice="left"))
    other = visitor.response(trial_id, choice="right")

    answer = visitor.send(other)

    assert answer.get_json()["is_conflict"] is True
    assert visitor.send(other).data == answer.data
    with database.read() as db:
        assert db.scalars(select(Response.choice)).one() == "left"
        conflict = db.scalars(select(ResponseConflict)).one()
    assert conflict.payload["choice"] == "right"


@pytest.mark.parametrize("changed", ["trial_id", "choice", "rt_ms"])
def test_a_used_id_with_other_content_is_never_acknowledged(
    visitor: Visitor, database: Database, changed: str
) -> None:
    visitor.begin()
    body = visitor.response(visitor.trial()["trial_id"])
    visitor.send(body)
    other = {"trial_id": visitor.trial()["trial_id"], "choice": "right", "rt_ms": 1.0}

    answer = visitor.send({**body, changed: other[changed]})

    assert answer.status_code == 422
    assert "another answer" in answer.get_json()["message"]
    assert count(database, Response) == 1
    assert count(database, ResponseConflict) == 0


def test_a_trial_that_was_not_shown_cannot_be_answered(
    visitor: Visitor, database: Database
) -> None:
    visitor.begin()
    first = visitor.trial()["trial_id"]
    with database.read() as db:
        later = db.scalars(select(Trial.trial_id).where(Trial.trial_index == 6)).one()

    answer = visitor.send(visitor.response(later))

    assert answer.status_code == 422
    assert visitor.trial()["trial_id"] == first
    assert count(database, Response) == 0


def test_simultaneous_copies_of_one_response_are_stored_once(
    visitor: Visitor, database: Database
) -> None:
    visitor.begin()
    body = visitor.response(visitor.trial()["trial_id"])

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(visitor.send, [body] * 16))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.data for answer in answers}) == 1
    assert count(database, Response) == 1
    assert count(database, ResponseConflict) == 0


def test_of_simultaneous_answers_to_one_trial_one_stands_and_all_are_kept(
    visitor: Visitor, database: Database
) -> None:
    visitor.begin()
    trial_id = visitor.trial()["trial_id"]
    bodies = [visitor.response(trial_id, rt_ms=float(n)) for n in range(12)]

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(visitor.send, bodies))

    assert [answer.status_code for answer in answers] == [200] * 12
    assert sum(not answer.get_json()["is_conflict"] for answer in answers) == 1
    assert count(database, Response) == 1
    assert count(database, ResponseConflict) == 11


@pytest.mark.parametrize("status", [StudyStatus.PAUSED, StudyStatus.CLOSED])
def test_a_running_session_finishes_when_the_study_takes_no_one_in(
    visitor: Visitor, database: Database, status: StudyStatus
) -> None:
    visitor.begin()
    with database.write() as db:
        set_status(db, STUDY_ID, status)

    n_answered = visitor.answer_all()
    page = visitor.post("/questions", **ANSWERS)

    assert count(database, Response) == n_answered
    assert page.location.endswith("/completed")


@pytest.mark.parametrize("wish", ["keep", "erase"])
def test_an_answer_after_stopping_is_stored_as_late_or_not_at_all(
    visitor: Visitor, database: Database, wish: str
) -> None:
    """4.6: and who had all erased is told to empty the outbox."""
    visitor.begin()
    body = visitor.response(visitor.trial()["trial_id"])
    visitor.post("/stop", wish=wish)

    answer = visitor.send(body)

    with database.read() as db:
        late = list(db.scalars(select(Response.is_late)))
    assert answer.status_code == 200
    assert answer.get_json().get("is_erased", False) is (wish == "erase")
    assert late == ([True] if wish == "keep" else [])


def test_a_response_to_someone_elses_trial_is_refused(
    app: Flask, visitor: Visitor, database: Database
) -> None:
    visitor.begin()
    other = Visitor(app)
    other.begin()

    answer = visitor.send(visitor.response(other.trial()["trial_id"]))

    assert answer.status_code == 404
    assert answer.get_json()["error"] == "trial_not_found"
    assert count(database, Response) == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"choice": "middle"}, "choice"),
        ({"choice": None}, "choice"),
        ({"confidence": 4}, "confidence"),
        ({"confidence": True}, "confidence"),
        ({"rt_ms": -1}, "rt_ms"),
        ({"rt_ms": "900"}, "rt_ms"),
        ({"response_id": "1"}, "response_id"),
        ({"trial_id": "'; DROP TABLE trial"}, "trial_id"),
        ({"input_modality": "thought"}, "input_modality"),
        ({"is_correct": True}, "is_correct"),
    ],
)
def test_a_malformed_response_is_refused_with_its_field(
    visitor: Visitor, database: Database, changes: dict[str, Any], field: str
) -> None:
    visitor.begin()
    trial_id = visitor.trial()["trial_id"]

    answer = visitor.send({**visitor.response(trial_id), **changes})

    assert answer.status_code == 422
    assert field in answer.get_json()["message"]
    assert count(database, Response) == 0


def test_without_a_session_the_runner_is_sent_to_the_beginning(
    visitor: Visitor,
) -> None:
    visitor.get()

    assert visitor.get("/api/trial").status_code == 401
    assert visitor.send(visitor.response("0" * 32)).status_code == 401
    assert visitor.get("/trial").location == f"{BASE}/"


def test_a_request_without_token_is_refused(visitor: Visitor) -> None:
    visitor.begin()
    client = visitor.client

    assert client.post(f"{BASE}/api/responses", json={}).status_code == 400
    assert client.post(f"{BASE}/stop", data={"wish": "erase"}).status_code == 400


def test_feedback_comes_with_the_answer_and_in_practice_only(
    visitor: Visitor,
) -> None:
    visitor.begin()
    has_feedback = []
    for _ in range(6):
        trial = visitor.trial()
        ack = visitor.send(visitor.response(trial["trial_id"])).get_json()
        has_feedback.append(("feedback" in ack, trial["phase"]))

    assert has_feedback == [(True, "practice")] * 4 + [(False, "main")] * 2


def test_no_byte_a_browser_receives_tells_which_option_is_right(
    visitor: Visitor, database: Database
) -> None:
    visitor.begin()
    while "next" not in (trial := visitor.trial()):
        for image in (*trial["panel"], *trial["options"]):
            answer = visitor.get(image["url"].removeprefix(BASE))
            assert answer.status_code == 200
            assert answer.headers["Cache-Control"].startswith("private")
            assert "ETag" not in answer.headers
            assert "Last-Modified" not in answer.headers
        visitor.send(visitor.response(trial["trial_id"]))
    visitor.get("/questions")

    with database.read() as db:
        trials = db.scalars(select(Trial)).all()
    secrets = {*CONDITIONS, "catch", "stratum", "within_class", "logit"}
    for trial_row in trials:
        secrets |= {
            trial_row.feature_id,
            trial_row.target_stimulus_id,
            str(trial_row.distractor_stimulus_id),
            *trial_row.panel_stimulus_ids,
        }
    assert [s for s in secrets if s.encode() in visitor.received] == []
    main = visitor.received.split(b'"n_stored":4')[-1]  # after the last practice
    assert b"correct" not in main


def test_every_answer_carries_the_security_headers(visitor: Visitor) -> None:
    for path in ("/", "/api/trial", "/nowhere"):
        headers = visitor.get(path).headers
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_the_cookie_is_kept_from_scripts_and_other_studies(visitor: Visitor) -> None:
    visitor.get()

    cookie = visitor.post("/start", consent="yes").headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert f"Path={BASE}" in cookie
    assert "SameSite=Lax" in cookie


def test_too_large_a_body_is_refused_calmly(visitor: Visitor) -> None:
    visitor.begin()

    answer = visitor.send({"x": "y" * 70_000})

    assert answer.status_code == 413
    assert "error" in answer.get_json()


def test_a_failure_shows_a_number_and_no_trace(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the inner workings")

    monkeypatch.setattr(landing, "find_own_sitting", fail)

    answer = visitor.get()

    assert answer.status_code == 500
    assert b"Reference number" in answer.data
    assert b"inner workings" not in answer.data
