"""One application for all attacks of a file: none of them may change it."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete

from study_server.models import FailedLogin
from tests.study_server.admin.panel import browser_of, database_of, make_panel


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A study and one account for each role."""
    app = make_panel(tmp_path_factory.mktemp("house"))
    yield app
    database_of(app).close()


@pytest.fixture
def app(house: Flask) -> Flask:
    """The same, without failures that other attacks have left."""
    with database_of(house).write() as db:
        db.execute(delete(FailedLogin))
    return house


@pytest.fixture
def owner(app: Flask) -> FlaskClient:
    """The owner's browser."""
    return browser_of(app, "owner")


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    """A browser that has not logged in."""
    return app.test_client()
