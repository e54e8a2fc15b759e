"""Bringing a database to the schema of this version, with all its rows. No Flask."""

from functools import cache
from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, inspect

from study_server.dialects import (
    check_foreign_keys,
    lock_schema,
    suspend_foreign_keys,
)
from study_server.errors import SchemaError
from study_server.migrations.triggers import make_triggers
from study_server.models import Base

BASELINE = "0001"
"""The schema that databases had when revisions began to be counted."""

VERSION_TABLE = "alembic_version"

NOT_OURS = (
    "the database has tables of its own, but not the schema of any version; "
    "was it made by an early development version, or is it another program's? "
    "Nothing was changed. Begin with an empty database."
)


@cache
def revisions() -> ScriptDirectory:
    """All revisions this version knows."""
    return ScriptDirectory(str(Path(__file__).parent))


@cache
def newest_revision() -> str:
    """The revision of the models."""
    head = revisions().get_current_head()
    assert head is not None
    return head


def prepare_schema(
    engine: Engine, reading_engine: Engine, *, may_upgrade: bool = True
) -> None:
    """Make the tables, or bring older ones forward; one process at a time.

    It happens in one transaction: a failure, or a killed process, changes nothing.

    Args:
        reading_engine: the same database, which one may look at while others write.
        may_upgrade: whether an older schema is brought forward, or refused.

    Raises:
        SchemaError: the tables are newer than this version, or not ours, or older and
            not to be upgraded.
    """
    with reading_engine.connect() as connection:
        revision = current_revision(connection)
        if revision == newest_revision():
            return
        if not may_upgrade and inspect(connection).get_table_names():
            _check_known(revision)
            raise SchemaError(
                f"the database has the schema of revision {revision or 'none'}, this "
                f"version needs {newest_revision()}; `study-server migrate` upgrades it"
            )
    with engine.connect() as connection:
        suspend_foreign_keys(connection)
        with connection.begin():
            lock_schema(connection)
            _make_or_upgrade(connection)
            make_triggers(connection)
            check_foreign_keys(connection)
        connection.invalidate()  # it has gone without foreign keys


def current_revision(connection: Connection) -> str | None:
    """The revision the database says it has; None when it does not say."""
    return _context(connection).get_current_revision()


def upgrade_to(connection: Connection, target: str = "head") -> None:
    """Run the revisions from the present one to the target, in this transaction."""

    def steps(present: Any, _context: MigrationContext) -> Any:
        return revisions()._upgrade_revs(target, present)

    context = _context(connection, fn=steps)
    with Operations.context(context):
        context.run_migrations()


def _make_or_upgrade(connection: Connection) -> None:
    revision = current_revision(connection)
    if revision is None and not inspect(connection).get_table_names():
        Base.metadata.create_all(connection)
        _context(connection).stamp(revisions(), "head")
        return
    if revision is None:
        if columns_of(connection) != _baseline_columns():
            raise SchemaError(NOT_OURS)
        _context(connection).stamp(revisions(), BASELINE)
    _check_known(revision)
    upgrade_to(connection)


def _check_known(revision: str | None) -> None:
    """Refuse a database that a newer version has upgraded."""
    try:
        if revision is not None:
            revisions().get_revision(revision)
    except CommandError as error:
        raise SchemaError(
            f"the database has the schema of revision {revision!r}, which this version "
            f"does not know; its newest is {newest_revision()}. Run the version that "
            "made it, or a newer one; nothing was changed."
        ) from error


def columns_of(connection: Connection) -> dict[str, set[str]]:
    """Table to the names of its columns."""
    found = inspect(connection)
    return {
        table: {column["name"] for column in found.get_columns(table)}
        for table in found.get_table_names()
        if table != VERSION_TABLE
    }


def _baseline_columns() -> dict[str, set[str]]:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        upgrade_to(connection, BASELINE)
        columns = columns_of(connection)
    engine.dispose()
    return columns


def _context(connection: Connection, **options: Any) -> MigrationContext:
    return MigrationContext.configure(connection, opts=options)
