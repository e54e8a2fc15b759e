from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from study_server import create_app, utc_now
from study_server.config import ServerConfig
from study_server.db import Database
from tests.study_server.participant.visitor import Visitor
from tests.study_server.study_fixture import make_study, tiny_definition

MakeApp = Callable[..., Flask]


class Clock:
    """The server's clock, that can be put forward, and stopped."""

    def __init__(self) -> None:
        self.ahead = timedelta()
        self._stopped_at: datetime | None = None

    def __call__(self) -> datetime:
        return (self._stopped_at or utc_now()) + self.ahead

    def stop(self) -> None:
        """From now on time passes only by being put forward."""
        self._stopped_at = utc_now()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_app(tmp_path: Path, database_url: str, clock: Clock) -> Iterator[MakeApp]:
    """A server with one study, whose definition is the tiny one with changes."""

    def make(**changes: Any) -> Flask:
        config = ServerConfig(data_dir=tmp_path / "data", database_url=database_url)
        config.data_dir.mkdir()
        make_study(config, tmp_path, tiny_definition(**changes))
        app = create_app(config, clock=clock)
        opened.append(app.extensions["database"])
        return app

    opened: list[Database] = []
    yield make
    for database in opened:
        database.close()


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app()


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["database"]
    return found


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app)
