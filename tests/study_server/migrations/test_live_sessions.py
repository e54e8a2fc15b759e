"""Sessions that are under way while the server is replaced by a newer one (F14)."""

from datetime import datetime
from pathlib import Path

import pytest

from study_server import create_app
from study_server.config import ServerConfig
from study_server.db import Database
from study_server.dialects import connect
from study_server.errors import SchemaError
from study_server.participant.secret import COOKIE_NAME
from tests.study_server.migrations.old_database import (
    STORED,
    make_old_database,
    make_old_images,
)
from tests.study_server.participant.visitor import BASE, Visitor


@pytest.fixture
def config(tmp_path: Path, empty_url: str) -> ServerConfig:
    config = ServerConfig(data_dir=tmp_path, database_url=empty_url)
    make_old_images(config)
    return config


@pytest.mark.parametrize("is_counted", [True, False])
def test_a_session_goes_on_after_the_upgrade(
    config: ServerConfig, is_counted: bool
) -> None:
    """9.3: also from a database of the time before revisions were counted."""
    engine = connect(config.resolved_database_url)
    with engine.begin() as connection:
        make_old_database(connection, is_counted=is_counted)
    engine.dispose()
    on_the_day = STORED["rows"]["study_session"][0]["last_seen_at"]

    app = create_app(config, clock=lambda: datetime.fromisoformat(on_the_day))
    visitor = Visitor(app)
    visitor.client.set_cookie(COOKIE_NAME, STORED["token"], path=BASE)
    visitor.get("/trial")

    for earlier in STORED["answered"]:
        again = visitor.send(earlier["sent"])
        told = earlier["acknowledgement"]
        assert again.status_code == 200
        assert {key: again.get_json()[key] for key in told} == told
    n_more = visitor.answer_all()
    assert n_more == len(STORED["rows"]["trial"]) - len(STORED["answered"])
    database: Database = app.extensions["database"]
    database.close()


def test_commands_that_only_look_leave_an_old_database_as_it_is(
    config: ServerConfig,
) -> None:
    database = Database(config.resolved_database_url)
    with database.engine.begin() as connection:
        make_old_database(connection, is_counted=False)

    with pytest.raises(SchemaError, match="`study-server migrate` upgrades it"):
        database.prepare(may_upgrade=False)

    database.close()
