"""The whole application with one researcher and one study."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from study_server import create_app
from study_server.config import ServerConfig
from study_server.db import Database
from tests.study_server.admin.accounts import PASSWORD, add_account
from tests.study_server.rows import add_session, add_study, add_trial


@pytest.fixture
def app(tmp_path: Path, database_url: str) -> Iterator[Flask]:
    """Ada has a password of her own; one person and one simulated one are at it."""
    app = create_app(
        ServerConfig(data_dir=tmp_path / "data", database_url=database_url)
    )
    database: Database = app.extensions["database"]
    with database.write() as db:
        study = add_study(db)
        add_trial(db, add_session(db, study, "a"), 0)
        add_session(db, study, "s", slot_index=1, is_simulated=True)
        add_account(db, "ada")
    yield app
    database.close()


@pytest.fixture
def database(app: Flask) -> Database:
    """The application's database."""
    found = app.extensions["database"]
    assert isinstance(found, Database)
    return found


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    """A browser that has not logged in."""
    return app.test_client()


@pytest.fixture
def ada(stranger: FlaskClient) -> FlaskClient:
    """A browser in which Ada has logged in."""
    log_in(stranger, "ada", PASSWORD)
    return stranger


def log_in(client: FlaskClient, name: str, password: str) -> int:
    """Send the login form as a browser would; return the status code."""
    return submit(client, "/admin/login", name=name, password=password)


def submit(
    client: FlaskClient, path: str, page: str | None = None, **fields: str | list[str]
) -> int:
    """Send a form with the token of the page that shows it."""
    token = csrf_token(client, page or path)
    answer = client.post(path, data={"csrf_token": token, **fields})
    return answer.status_code


def csrf_token(client: FlaskClient, path: str) -> str:
    """The token in the forms of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]
