from pathlib import Path

import pytest
from flask import Flask

from study_server import create_app
from study_server.config import ServerConfig
from study_server.db import Database
from tests.study_server.participant.visitor import Visitor
from tests.study_server.study_fixture import make_study


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    config = ServerConfig(data_dir=tmp_path / "data")
    config.data_dir.mkdir()
    make_study(config, tmp_path)
    return create_app(config)


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["database"]
    return found


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app)
