"""F14: an upgrade of the database with sessions in flight."""

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Integer, MetaData, insert, select, text

from study_server import create_app
from study_server.config import ServerConfig
from study_server.db import Database
from study_server.dialects import connect
from study_server.endurance.ledger import Ledger
from study_server.endurance.oracle import judge
from study_server.migrations.upgrade import BASELINE, upgrade_to
from study_server.models import Base
from tests.study_server.participant.records import only_session
from tests.study_server.participant.visitor import Visitor


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Where the session begins; the upgrade is on both databases."""
    return f"sqlite:///{tmp_path / 'study.sqlite3'}"


def copy_to_baseline(source: Database, url: str) -> None:
    """All rows as a server of revision 0001 would hold them."""
    engine = connect(url)
    with engine.begin() as connection:
        upgrade_to(connection, BASELINE)
    old = MetaData()
    old.reflect(engine)
    with source.engine.connect() as reading, engine.begin() as writing:
        for table in Base.metadata.sorted_tables:
            there = old.tables.get(table.name)
            if there is None:
                continue
            columns = [c for c in table.columns if c.name in there.columns]
            for row in reading.execute(select(*columns)).mappings():
                values = dict(row)
                if "acknowledgement" in values:
                    values["acknowledgement"] = json.loads(values["acknowledgement"])
                writing.execute(insert(there).values(**values))
            (key,) = there.primary_key.columns
            if engine.dialect.name == "postgresql" and isinstance(key.type, Integer):
                place = f"pg_get_serial_sequence('{table.name}', '{key.name}')"
                highest = f"(SELECT coalesce(max({key.name}), 1) FROM {table.name})"
                writing.execute(text(f"SELECT setval({place}, {highest})"))
    engine.dispose()


def test_f14_a_session_in_flight_goes_on_behind_an_upgrade(
    app: Flask, visitor: Visitor, tmp_path: Path, empty_url: str
) -> None:
    """F14, 9.3: same trial, same acknowledgements, and a chain over old and new."""
    visitor.begin()
    bodies = [visitor.response(visitor.trial()["trial_id"])]
    first = visitor.send(bodies[0])
    bodies.append(visitor.response(visitor.trial()["trial_id"]))
    second = visitor.send(bodies[1])
    due = visitor.trial()
    old_folder = tmp_path / "old"
    source: ServerConfig = app.extensions["server_config"]
    old_folder.mkdir()
    (old_folder / "secret_key").write_text(source.secret_key())
    (old_folder / "bundles").symlink_to(source.bundles_dir)
    config = ServerConfig(data_dir=old_folder, database_url=empty_url)
    copy_to_baseline(app.extensions["database"], config.resolved_database_url)

    upgraded = create_app(config)
    visitor.client.application = upgraded
    visitor.app = upgraded

    assert visitor.trial()["trial_id"] == due["trial_id"]
    assert visitor.send(bodies[1]).get_json()["n_stored"] == 2
    n_more = visitor.answer_all()
    page = visitor.finish()
    assert b"CODE-7K2" in page.data
    database: Database = upgraded.extensions["database"]
    ledger = Ledger()
    for body, before in zip(bodies, (first, second), strict=True):
        told = visitor.send(body)
        assert told.get_json() == before.get_json()  # 0001 kept values, not bytes
        ledger.hear(told.data)
    verdict = judge(ledger, database)
    assert verdict.is_clean, verdict
    assert verdict.stored == 2 + n_more
    assert only_session(upgraded).n_stored == 2 + n_more
    assert [each.get_json()["n_stored"] for each in (first, second)] == [1, 2]
    database.close()
