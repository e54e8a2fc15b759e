"""Databases of every age come to the schema of this version, or are refused."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, inspect, text

from study_server.db import Database
from study_server.dialects import connect
from study_server.errors import SchemaError
from study_server.migrations.upgrade import (
    BASELINE,
    current_revision,
    newest_revision,
    revisions,
    upgrade_to,
)
from study_server.models import Base


@pytest.fixture
def engine(empty_url: str) -> Iterator[Engine]:
    """A database without tables."""
    engine = connect(empty_url)
    yield engine
    engine.dispose()


def facts_of(connection: Connection) -> dict[str, Any]:
    """Everything the database says of its tables, in an order that does not matter."""
    found = inspect(connection)
    return {
        table: {
            "columns": sorted(
                (c["name"], str(c["type"]), c["nullable"], c["default"])
                for c in found.get_columns(table)
            ),
            "key": found.get_pk_constraint(table)["constrained_columns"],
            "unique": sorted(
                u["column_names"] for u in found.get_unique_constraints(table)
            ),
            "indexes": sorted(
                (str(i["name"]), str(i["column_names"]), bool(i["unique"]))
                for i in found.get_indexes(table)
            ),
            "where": sorted(
                f"{i['name']} {name} {condition}"
                for i in found.get_indexes(table)
                for name, condition in i.get("dialect_options", {}).items()
                if name.endswith("_where")
            ),
            "foreign_keys": sorted(
                (str(f["constrained_columns"]), f["referred_table"], str(f["options"]))
                for f in found.get_foreign_keys(table)
            ),
        }
        for table in found.get_table_names()
    }


def test_there_is_one_newest_revision() -> None:
    """Two revisions made at the same time are put in a row before they are merged."""
    assert len(revisions().get_heads()) == 1
    names = [r.revision for r in revisions().walk_revisions()]
    assert names == [f"{n:04}" for n in range(len(names), 0, -1)]
    assert names[-1] == BASELINE


def test_the_revisions_lead_to_the_tables_of_the_models(engine: Engine) -> None:
    """9.3"""
    with engine.begin() as connection:
        upgrade_to(connection)
        differences = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": True}),
            Base.metadata,
        )
        migrated = facts_of(connection)
    assert differences == []

    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE alembic_version")
        Base.metadata.drop_all(connection)
    Database(str(engine.url)).prepare()

    with engine.connect() as connection:
        assert facts_of(connection) == migrated


def test_an_empty_database_gets_the_tables_and_the_newest_revision(
    empty_url: str,
) -> None:
    database = Database(empty_url)

    for _ in range(2):
        database.prepare()

    with database.engine.connect() as connection:
        assert current_revision(connection) == newest_revision()
    database.close()


def test_processes_that_start_at_once_make_the_tables_once(empty_url: str) -> None:
    databases = [Database(empty_url) for _ in range(6)]

    with ThreadPoolExecutor(max_workers=6) as pool:
        waiting = [pool.submit(database.prepare) for database in databases]
        for each in waiting:
            each.result()

    with databases[0].engine.connect() as connection:
        rows = connection.execute(text("SELECT version_num FROM alembic_version"))
        assert rows.scalars().all() == [newest_revision()]
    for database in databases:
        database.close()


def test_a_database_of_a_newer_version_is_refused(empty_url: str) -> None:
    database = Database(empty_url)
    database.prepare()
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    for may_upgrade in (True, False):
        with pytest.raises(SchemaError, match=r"'9999'.* does not know"):
            database.prepare(may_upgrade=may_upgrade)
    database.close()


def test_tables_of_another_program_are_refused_and_left_alone(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE parrot (name TEXT)"))
    database = Database(str(engine.url))

    with pytest.raises(SchemaError, match="not the schema of any version"):
        database.prepare()

    database.close()
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["parrot"]
