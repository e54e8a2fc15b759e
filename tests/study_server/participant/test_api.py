"""The trial runner's questions and answers."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from study_server.db import Database
from study_server.models import Response, ResponseConflict, Trial
from study_server.participant import pages
from tests.study_server.participant.visitor import BASE, Visitor
from tests.study_server.study_fixture import CONDITIONS


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
        for image in (*trial["panel"], trial["left"], trial["right"]):
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
            trial_row.distractor_stimulus_id,
            *trial_row.panel_stimulus_ids,
        }
    assert [s for s in secrets if s.encode() in visitor.received] == []
    main = visitor.received.split(b'"n_stored":4')[-1]  # after the last practice
    assert b"correct" not in main


def test_an_image_is_shown_to_its_own_session_only(
    app: Flask, visitor: Visitor
) -> None:
    visitor.begin()
    url = visitor.trial()["left"]["url"].removeprefix(BASE)
    other = Visitor(app)
    other.begin()

    assert visitor.get(url).status_code == 200
    assert other.get(url).status_code == 404
    assert Visitor(app).get(url).status_code == 404
    assert visitor.get("/image/" + "0" * 32).status_code == 404


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

    monkeypatch.setattr(pages, "find_sitting", fail)

    answer = visitor.get()

    assert answer.status_code == 500
    assert b"Reference number" in answer.data
    assert b"inner workings" not in answer.data
