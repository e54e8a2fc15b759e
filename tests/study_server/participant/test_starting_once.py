"""4.3 for the first request: one key, one session, one answer."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from study_server.models import StudySession
from tests.study_server.participant.records import rows
from tests.study_server.participant.visitor import BASE


def start(app: Flask, key: str | None, **changes: object) -> TestResponse:
    headers = {} if key is None else {"Idempotency-Key": key}
    body = {"consent": True, **changes}
    return app.test_client().post(f"{BASE}/api/session", json=body, headers=headers)


def test_the_same_request_again_gets_the_identical_answer_and_no_second_place(
    app: Flask,
) -> None:
    key = str(uuid4())
    first = start(app, key)
    secret = {"Authorization": f"Bearer {first.get_json()['token']}"}
    device = {
        "has_modules": True,
        "has_decode": True,
        "has_pointer_events": True,
        "has_outbox": True,
        "window_width_px": 1280,
        "window_height_px": 800,
    }
    client = app.test_client()
    client.post(f"{BASE}/api/session/device", json=device, headers=secret)

    again = start(app, key)

    assert (again.status_code, again.data) == (201, first.data)
    assert len(rows(app, StudySession)) == 1


def test_copies_at_the_same_moment_begin_one_session(app: Flask) -> None:
    key = str(uuid4())

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: start(app, key), range(12)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1
    assert len(rows(app, StudySession)) == 1


def test_other_keys_and_no_keys_begin_other_sessions(app: Flask) -> None:
    tokens = {
        start(app, key).get_json()["token"]
        for key in (str(uuid4()), str(uuid4()), None, None)
    }

    assert len(tokens) == len(rows(app, StudySession)) == 4


def test_a_key_that_comes_with_another_request_is_refused(app: Flask) -> None:
    key = str(uuid4())
    start(app, key)

    answer = start(app, key, language="en")

    assert answer.status_code == 422
    assert "needs a new key" in answer.get_json()["message"]


@pytest.mark.parametrize("key", ["", "1", "participant-7", "0" * 36])
def test_a_key_that_could_be_guessed_is_refused(app: Flask, key: str) -> None:
    answer = start(app, key or " ")

    assert answer.status_code == 422
    assert "must be a random UUID" in answer.get_json()["message"]
    assert rows(app, StudySession) == []
