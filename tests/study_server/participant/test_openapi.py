"""The API's document is right about every answer; the page's example takes a study."""

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from sqlalchemy import select

from study_server.cli import main
from study_server.db import Database
from study_server.models import StudySession
from study_server.participant.openapi import make_document
from tests.study_server.truth.labels import (
    WORDS,
    bundle_labels,
    leaks,
    plan_labels,
)
from tests.study_server.truth.recorder import Answer
from tests.study_server.truth.task_studies import TASKS, make_task_app, study_id_of

PAGE = Path(__file__).parents[3] / "docs" / "api.md"
TakeStudy = Callable[
    [httpx.Client, Callable[..., Any], Callable[..., Any]], dict[str, Any]
]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return make_task_app(tmp_path_factory.mktemp("api"))


@pytest.fixture
def client(app: Flask, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """A front end that is no browser: no cookies, no pages."""
    task = getattr(request, "param", "two_alternative")
    with httpx.Client(
        base_url=f"http://study.example.org/s/{study_id_of(task)}/",
        transport=httpx.WSGITransport(app=app),
    ) as client:
        yield client


@pytest.fixture(scope="module")
def take_study() -> TakeStudy:
    """The function of the page's own example."""
    (example,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.M | re.S)
    names: dict[str, Any] = {}
    exec(compile(example, PAGE.name, "exec"), names)
    found: TakeStudy = names["take_study"]
    return found


def choose(trial: dict[str, Any], images: dict[str, bytes]) -> dict[str, Any]:
    assert all(content.startswith(b"\x89PNG") for content in images.values())
    if trial["task"] == "rating":
        return {"rating": 70}
    return {"choice": "left", "confidence": 2}


def test_the_document_is_valid_openapi(client: httpx.Client) -> None:
    document = client.get("api/openapi.json").json()

    validate(document)

    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": "/s/tiny-0"}]


@pytest.mark.parametrize("client", TASKS, indirect=True)
def test_the_pages_example_takes_a_study_and_every_message_is_as_documented(
    app: Flask, client: httpx.Client, take_study: TakeStudy
) -> None:
    messages: list[httpx.Response] = []
    client.event_hooks["response"] = [messages.append]
    document = client.get("api/openapi.json").json()

    ending = take_study(client, choose, lambda items: [1 for _ in items])

    assert (ending["outcome"], ending["code"]) == ("completed", "CODE-7K2")
    assert "set-cookie" not in {name for m in messages for name in m.headers}
    stages = [check(document, message) for message in messages[1:]]
    assert {"get_trial", "post_responses", "post_session_device"} <= set(stages)
    known = WORDS | bundle_labels(bundle_of(app)) | plan_labels(database_of(app))
    assert leaks([as_answer(message) for message in messages[1:]], known) == []


def test_the_pages_example_takes_one_place_though_replies_get_lost(
    app: Flask, take_study: TakeStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every third reply never arrives; what it answered was done all the same."""
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    n_before = n_sessions(app)
    with httpx.Client(
        base_url=f"http://study.example.org/s/{study_id_of('two_alternative')}/",
        transport=Lossy(app=app),
    ) as client:
        ending = take_study(client, choose, lambda items: [1 for _ in items])

    assert ending["outcome"] == "completed"
    assert n_sessions(app) == n_before + 1


class Lossy(httpx.WSGITransport):
    """Loses every third reply but those that bring pictures."""

    n_asked = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = super().handle_request(request)
        if "/image/" not in request.url.path:
            self.n_asked += 1
            if self.n_asked % 3 == 1:
                raise httpx.ReadError("the reply was lost")
        return answer


def n_sessions(app: Flask) -> int:
    with database_of(app).read() as db:
        return len(db.scalars(select(StudySession)).all())


def test_refusals_are_as_documented(client: httpx.Client) -> None:
    document = make_document("/s/tiny-0/", "x")

    def ask(method: str, path: str, body: Any = None) -> int:
        answer = client.request(method, path, json=body)
        check(document, answer)
        return answer.status_code

    assert ask("GET", "api/session") == 401
    assert ask("GET", "api/trial") == 401
    assert ask("POST", "api/session", {"consent": False}) == 422
    assert ask("POST", "api/session", {"consent": True, "language": "tlh"}) == 422
    started = client.post("api/session", json={"consent": True}).json()
    client.headers["Authorization"] = f"Bearer {started['token']}"
    assert ask("POST", "api/session/questions", {"answers": {}}) == 409
    assert ask("POST", "api/responses", {"choice": "left"}) == 422
    assert ask("POST", "api/responses", {"choice": "l" * 70_000}) == 413
    assert ask("POST", "api/session/stop", {"wish": "erase"}) == 200
    assert ask("POST", "api/session/stop", {"wish": "keep"}) == 409


def test_a_study_that_does_not_exist_is_a_documented_refusal(app: Flask) -> None:
    answer = app.test_client().get("/s/nowhere/api/study")

    assert answer.status_code == 404
    validator(
        make_document("/", "x"), {"$ref": "#/components/schemas/Refusal"}
    ).validate(answer.get_json())


def test_a_request_with_a_cookie_needs_the_form_token(app: Flask) -> None:
    """Another site's page could make a browser send it (8.4)."""
    browser = app.test_client()
    browser.set_cookie("participant", "0" * 32, path="/s/tiny-0")

    answer = browser.post("/s/tiny-0/api/session", json={"consent": True})

    assert answer.status_code == 400


def test_a_form_of_another_site_starts_no_session(app: Flask) -> None:
    """It can send text without asking us first, and no JSON."""
    answer = app.test_client().post(
        "/s/tiny-0/api/session",
        data='{"consent": true}',
        content_type="text/plain",
    )

    assert answer.status_code == 400


def test_a_simulated_session_cannot_be_claimed_without_the_key(
    client: httpx.Client, app: Flask
) -> None:
    answer = client.post(
        "api/session", json={"consent": True}, headers={"X-Simulation-Key": "guessed"}
    )

    assert answer.status_code == 403
    with database_of(app).read() as db:
        assert not any(s.is_simulated for s in db.scalars(select(StudySession)))


def test_the_command_writes_the_same_document(tmp_path: Path) -> None:
    path = tmp_path / "openapi.json"

    assert main(["openapi", "--out", str(path)]) == 0

    document = json.loads(path.read_text())
    validate(document)
    assert document["paths"] == make_document("/", "x")["paths"]


def check(document: dict[str, Any], message: httpx.Response) -> str:
    """Hold a request and its answer against the document; returns the operation."""
    path = message.request.url.path.partition("/s/")[2].partition("/")[2]
    if path.startswith("image/"):
        assert message.headers["Content-Type"] == "image/png"
        return "get_image"
    method = message.request.method.lower()
    operation = document["paths"][f"/{path}"][method]
    if message.status_code < 400 and "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        sent = json.loads(message.request.content)
        validator(document, schema).validate(sent)
    answer = operation["responses"][str(message.status_code)]
    message.read()
    schema = answer["content"]["application/json"]["schema"]
    validator(document, schema).validate(message.json())
    found: str = operation["operationId"]
    return found


def validator(document: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": document["components"]})


def as_answer(message: httpx.Response) -> Answer:
    return Answer(
        method=message.request.method,
        path=message.request.url.path,
        status=message.status_code,
        headers=tuple((name.title(), value) for name, value in message.headers.items()),
        body=message.read(),
        took_ms=0.0,
    )


def bundle_of(app: Flask) -> Path:
    (folder,) = app.extensions["server_config"].bundles_dir.iterdir()
    found: Path = folder
    return found


def database_of(app: Flask) -> Database:
    found: Database = app.extensions["database"]
    return found
