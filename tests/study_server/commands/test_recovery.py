"""4.10: a participant's file is stored once, and only as it was signed."""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from study_server import create_app
from study_server.cli import main
from study_server.config import ServerConfig
from study_server.db import Database
from study_server.models import Response, ResponseConflict, ResponseRejected
from study_server.services.outbox_key import outbox_key
from tests.study_server.participant.records import only_session
from tests.study_server.participant.visitor import Visitor
from tests.study_server.study_fixture import make_study


@pytest.fixture
def config(tmp_path: Path) -> ServerConfig:
    config = ServerConfig(data_dir=tmp_path / "data")
    config.data_dir.mkdir()
    make_study(config, tmp_path)
    return config


@pytest.fixture
def app(config: ServerConfig) -> Flask:
    return create_app(config)


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    visitor = Visitor(app)
    visitor.begin()
    return visitor


def signed(app: Flask, *bodies: dict[str, Any]) -> dict[str, Any]:
    """The file, made by the words of its format."""
    key = outbox_key(only_session(app), app.extensions["server_config"].secret_key())
    name, secret = key.split(".")
    texts = [json.dumps(body) for body in bodies]
    message = "\n".join([name, *texts]).encode()
    signature = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    part = {"name": name, "responses": texts, "signature": signature}
    return {"format": "answers 1", "sessions": [part]}


def import_file(config: ServerConfig, content: Any) -> int:
    path = config.data_dir / "answers.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return main(["import-recovery", str(path), "--data", str(config.data_dir)])


def stored(app: Flask, table: type[Any]) -> list[Any]:
    database: Database = app.extensions["database"]
    with database.read() as db:
        return list(db.scalars(select(table)))


def test_answers_of_a_file_are_stored_once_and_say_where_they_come_from(
    app: Flask,
    config: ServerConfig,
    visitor: Visitor,
    capsys: pytest.CaptureFixture[str],
) -> None:
    trial = visitor.trial()
    sent = visitor.response(trial["trial_id"])
    unsent = [visitor.response(t["trial_id"]) for t in trial["upcoming"][:2]]
    visitor.send(sent)
    file = signed(app, sent, *unsent)

    codes = [import_file(config, file) for _ in range(2)]

    first, again = capsys.readouterr().out.split("Stored ")[1:]
    assert codes == [0, 0]
    assert first.startswith("2 answers of 1 sessions")
    assert "1 were stored already" in first
    assert again.startswith("0 answers")
    assert "3 were stored already" in again
    origins = {row.response_id: row.origin for row in stored(app, Response)}
    assert origins == {
        sent["response_id"]: "sent",
        unsent[0]["response_id"]: "recovered",
        unsent[1]["response_id"]: "recovered",
    }
    assert main(["verify", "--data", str(config.data_dir)]) == 0


def test_a_differing_answer_of_a_file_becomes_a_conflict_and_a_wrong_one_is_kept(
    app: Flask, config: ServerConfig, visitor: Visitor
) -> None:
    trial_id = visitor.trial()["trial_id"]
    visitor.send(visitor.response(trial_id))
    other = visitor.response(trial_id, choice="right")
    wrong = visitor.response(trial_id, confidence=9)

    assert import_file(config, signed(app, other, wrong)) == 0

    (conflict,) = stored(app, ResponseConflict)
    assert conflict.origin == "recovered"
    assert len(stored(app, ResponseRejected)) == 1
    assert len(stored(app, Response)) == 1


def test_a_changed_file_stores_nothing(
    app: Flask,
    config: ServerConfig,
    visitor: Visitor,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = signed(app, visitor.response(visitor.trial()["trial_id"]))
    part = file["sessions"][0]
    part["responses"][0] = part["responses"][0].replace('"left"', '"right"')

    assert import_file(config, file) == 1

    assert "signature" in capsys.readouterr().err
    assert stored(app, Response) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "0" * 64}, "no session has the outbox"),
        ({"signature": None}, "not opened over HTTPS"),
        ({"signature": "x"}, "is wrong"),
    ],
)
def test_a_file_that_proves_nothing_is_refused(
    app: Flask,
    config: ServerConfig,
    visitor: Visitor,
    capsys: pytest.CaptureFixture[str],
    change: dict[str, Any],
    words: str,
) -> None:
    file = signed(app, visitor.response(visitor.trial()["trial_id"]))
    file["sessions"][0] |= change

    assert import_file(config, file) == 1
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("content", ["", "[]", '{"format": "answers 2"}', "{"])
def test_another_file_is_refused_by_name(
    config: ServerConfig, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert import_file(config, content) == 1
    assert "no file of answers" in capsys.readouterr().err
