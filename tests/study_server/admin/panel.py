"""One small study with its real bundle, and browsers of every role."""

from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from study_server import create_app
from study_server.config import ServerConfig
from study_server.db import Database
from study_server.models import Login, Researcher, Role
from study_server.services.secrets import hash_token
from tests.study_server.admin.accounts import add_account, give_login
from tests.study_server.study_fixture import make_study, tiny_definition


def make_panel(scratch: Path, *, has_study: bool = True, **changes: object) -> Flask:
    """An application with an account for each role, named after it."""
    config = ServerConfig(data_dir=scratch / "data", min_free_bytes=0)
    config.data_dir.mkdir()
    if has_study:
        make_study(config, scratch, tiny_definition(**changes))
    app = create_app(config)
    with database_of(app).write() as db:
        for role in Role:
            add_account(db, role.value, role, has_factor=True)
    return app


def database_of(app: Flask) -> Database:
    """The application's database."""
    found = app.extensions["database"]
    assert isinstance(found, Database)
    return found


def browser_of(app: Flask, role: str) -> FlaskClient:
    """A browser in which the researcher with this name has logged in wholly."""
    client, token = app.test_client(), f"secret of {role}"
    now = datetime.now(UTC)
    with database_of(app).write() as db:
        researcher = db.query(Researcher).filter_by(name=role).one()
        db.merge(
            Login(
                token_sha256=hash_token(token),
                researcher_id=researcher.id,
                is_whole=True,
                began_at=now,
                seen_at=now,
            )
        )
    give_login(client, token)
    return client
