"""The whole application with two studies, and programs that show tokens."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from study_server import create_app
from study_server.config import ServerConfig
from study_server.db import Database
from study_server.models import Scope
from study_server.services.api_tokens import create_token
from tests.study_server.rows import (
    MORNING,
    add_response,
    add_session,
    add_study,
    add_trial,
)

Ask = Callable[..., TestResponse]
MakeToken = Callable[..., str]


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """On a clock of the test's; one person has answered in one of two studies."""
    config = ServerConfig(data_dir=tmp_path / "data")
    app = create_app(config, clock=lambda: MORNING)
    database: Database = app.extensions["database"]
    with database.write() as db:
        session = add_session(db, add_study(db), "a")
        add_response(db, add_trial(db, session, 0))
        add_study(db, "other")
    yield app
    database.close()


@pytest.fixture
def make_token(app: Flask) -> MakeToken:
    """Make a token; returns its secret."""

    def make(**changes: Any) -> str:
        database: Database = app.extensions["database"]
        values = {
            "label": "laptop",
            "study_id": None,
            "scopes": list(Scope),
            "created_by": "ada",
            "created_at": MORNING,
        }
        with database.write() as db:
            return create_token(db, **{**values, **changes}).secret

    return make


@pytest.fixture
def ask(app: Flask) -> Ask:
    """Ask for a path below /api with a token in the header."""
    client: FlaskClient = app.test_client(use_cookies=False)

    def get(path: str, token: str = "", **options: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return client.get(f"/api{path}", headers=headers, **options)

    return get
