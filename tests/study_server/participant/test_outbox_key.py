"""4.1: an answer kept in a browser is taken whoever sits there when it is sent."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from study_server.models import Response
from tests.study_server.participant.conftest import Clock
from tests.study_server.participant.records import only_session, rows
from tests.study_server.participant.visitor import BASE, Visitor


def key_on_page(visitor: Visitor) -> str:
    found = re.search(r'data-key="([^"]+)"', visitor.get("/trial").text)
    assert found is not None
    return found[1]


def send(app: Flask, key: str, body: dict[str, Any]) -> TestResponse:
    """As the outbox does: without cookies, on nobody's behalf but the key's."""
    headers = {"Authorization": f"Outbox {key}"}
    return app.test_client().post(f"{BASE}/api/responses", json=body, headers=headers)


def test_the_key_alone_sends_an_answer(app: Flask, visitor: Visitor) -> None:
    visitor.begin()
    key = key_on_page(visitor)
    body = visitor.response(visitor.trial()["trial_id"])

    first, again = send(app, key, body), visitor.send(body)

    assert first.status_code == 200
    assert again.data == first.data


def test_the_key_opens_nothing_else(app: Flask, visitor: Visitor) -> None:
    visitor.begin()
    headers = {"Authorization": f"Outbox {key_on_page(visitor)}"}
    client = app.test_client()

    assert client.get(f"{BASE}/api/trial", headers=headers).status_code == 401
    assert client.get(f"{BASE}/api/session", headers=headers).status_code == 401


@pytest.mark.parametrize("change", ["name", "secret", "empty"])
def test_a_wrong_key_stores_nothing(app: Flask, visitor: Visitor, change: str) -> None:
    visitor.begin()
    name, secret = key_on_page(visitor).split(".")
    wrong = {
        "name": f"{'0' * 64}.{secret}",
        "secret": f"{name}.{'0' * 64}",
        "empty": "",
    }[change]

    answer = send(app, wrong, visitor.response(visitor.trial()["trial_id"]))

    assert answer.status_code == 401
    assert rows(app, Response) == []


def test_a_day_later_the_answer_is_stored_as_late(
    app: Flask, visitor: Visitor, clock: Clock
) -> None:
    """3.15, 4.6: the session is timed out, and unsent responses still go through."""
    visitor.begin()
    key = key_on_page(visitor)
    body = visitor.response(visitor.trial()["trial_id"])
    clock.ahead = timedelta(days=1)

    answer = send(app, key, body)

    assert answer.status_code == 200
    (stored,) = rows(app, Response)
    assert stored.is_late
    assert only_session(app).outcome == "timed_out"


def test_an_answer_says_how_many_are_stored_and_the_digest(
    app: Flask, visitor: Visitor
) -> None:
    """4.4"""
    visitor.begin()
    for n in (1, 2):
        told = json.loads(visitor.answer(visitor.trial()).data)
        assert told["n_stored"] == n
        assert told["digest"] == rows(app, Response)[-1].digest
    assert only_session(app).chain_digest == told["digest"]
    assert visitor.trial()["n_stored"] == 2
