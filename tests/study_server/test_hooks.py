"""Where platforms send their messages: signed ones count once, forged ones never."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from study_server import create_app
from study_server.config import ServerConfig
from study_server.db import Database
from study_server.models import StudySession, WebhookEvent
from study_server.recruitment.secret_store import SecretStore
from study_server.recruitment.webhooks import MAX_BODY_BYTES, sign
from tests.study_server.participant.records import rows
from tests.study_server.participant.visitor import Visitor
from tests.study_server.study_fixture import make_study, tiny_definition

SECRET = "a webhook secret"
RETURNED = {
    "event_type": "submission.status.change",
    "resource_id": "sub1",
    "participant_id": "p1",
    "status": "RETURNED",
}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """A study on Prolific, and one participant in it."""
    config = ServerConfig(data_dir=tmp_path / "data")
    config.data_dir.mkdir()
    make_study(config, tmp_path, tiny_definition(recruitment={"platform": "prolific"}))
    SecretStore(config.data_dir).set_webhook_secret("prolific", SECRET)
    app = create_app(config)
    Visitor(app).start("/?PROLIFIC_PID=p1&SESSION_ID=sub1")
    yield app
    database: Database = app.extensions["database"]
    database.close()


def send(
    client: FlaskClient, told: object, *, secret: str = SECRET, event_id: str = "e1"
) -> TestResponse:
    body = json.dumps(told).encode()
    headers = {
        "X-Prolific-Request-Signature": sign(secret, "1700000000", body),
        "X-Prolific-Request-Timestamp": "1700000000",
        "X-Event-ID": event_id,
        "X-Timestamp": "1700000000",
    }
    return client.post(
        "/api/hooks/prolific",
        data=body,
        headers=headers,
        content_type="application/json",
    )


def test_a_signed_message_frees_the_place_at_once(app: Flask) -> None:
    """2.8, 6.5"""
    client = app.test_client()

    replies = [send(client, RETURNED).get_json() for _ in range(10)]

    assert replies == [{"is_new": True}, *[{"is_new": False}] * 9]
    (session,) = rows(app, StudySession)
    assert (session.holds_slot, session.submission_status) == (False, "RETURNED")


def test_a_forged_signature_has_no_effect_and_is_logged(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    """6.5"""
    with caplog.at_level(logging.WARNING):
        answer = send(app.test_client(), RETURNED, secret="some other secret")

    assert answer.status_code == 401
    assert "is not signed" in caplog.text
    assert "sub1" not in caplog.text
    assert rows(app, WebhookEvent) == []
    assert rows(app, StudySession)[0].holds_slot


def test_without_a_secret_nothing_is_believed(app: Flask) -> None:
    config: ServerConfig = app.extensions["server_config"]
    SecretStore(config.data_dir).forget_webhook_secrets("prolific")

    assert send(app.test_client(), RETURNED).status_code == 401


def test_a_malformed_message_is_told_so(app: Flask) -> None:
    assert send(app.test_client(), {"event_type": "x"}).status_code == 422


def test_a_body_that_is_too_large_is_refused(app: Flask) -> None:
    """8.8"""
    told = {**RETURNED, "metadata": "x" * MAX_BODY_BYTES}

    assert send(app.test_client(), told).status_code == 413
    assert rows(app, WebhookEvent) == []


def test_a_new_subscription_is_confirmed_by_an_echo(app: Flask) -> None:
    client = app.test_client()
    headers = {"X-Hook-Secret": "abcdef-123456"}

    answer = client.post("/api/hooks/prolific", json={}, headers=headers)

    assert (answer.status_code, answer.headers["X-Hook-Secret"]) == (
        200,
        "abcdef-123456",
    )
    assert rows(app, WebhookEvent) == []


def test_secrets_are_readable_for_the_servers_user_only(app: Flask) -> None:
    config: ServerConfig = app.extensions["server_config"]
    (path,) = config.data_dir.glob("recruitment_secrets.json")

    assert path.stat().st_mode & 0o077 == 0


def test_the_key_of_pseudonyms_is_not_in_the_database(app: Flask) -> None:
    """8.5"""
    config: ServerConfig = app.extensions["server_config"]
    database: Database = app.extensions["database"]
    with database.read() as db:
        assert db.scalars(select(StudySession.pseudonym)).one() is not None

    content = (config.data_dir / "study.sqlite3").read_bytes()
    assert config.pseudonym_key() not in content
