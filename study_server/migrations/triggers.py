"""What the database itself refuses: to rewrite history. No Flask.

A launched version of a study stays as it is, and so does the log of what researchers
did. SQLite drops a table's triggers when a revision rebuilds it, so they are made again
whenever the schema has changed.
"""

from typing import NamedTuple

from sqlalchemy import Connection

from study_server.dialects import is_sqlite

FROZEN = (
    "study_id",
    "version",
    "title",
    "definition",
    "definition_sha256",
    "bundle_id",
    "created_at",
    "launched_at",
)
"""Columns of a launched study that nobody changes; its status may."""

IS_LAUNCHED = "WHEN (OLD.launched_at IS NOT NULL) "


class Refusal(NamedTuple):
    """One kind of change that a table refuses."""

    name: str
    table: str
    change: str
    why: str
    condition: str = ""


REFUSALS = (
    Refusal(
        "frozen_study",
        "study",
        f"UPDATE OF {', '.join(FROZEN)}",
        "this version is launched",
        IS_LAUNCHED,
    ),
    Refusal("kept_study", "study", "DELETE", "this version is launched", IS_LAUNCHED),
    Refusal("frozen_audit", "audit_entry", "UPDATE", "the log is append-only"),
    Refusal("kept_audit", "audit_entry", "DELETE", "the log is append-only"),
)


def make_triggers(connection: Connection) -> None:
    """Make all of them, in place of those there were."""
    make = _make_on_sqlite if is_sqlite(connection) else _make_on_postgresql
    for refusal in REFUSALS:
        make(connection, refusal)


def _make_on_sqlite(connection: Connection, refusal: Refusal) -> None:
    name, table, change, why, condition = refusal
    connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
    connection.exec_driver_sql(
        f"CREATE TRIGGER {name} BEFORE {change} ON {table} {condition}"
        f"BEGIN SELECT RAISE(ABORT, '{why}'); END"
    )


def _make_on_postgresql(connection: Connection, refusal: Refusal) -> None:
    name, table, change, why, condition = refusal
    connection.exec_driver_sql(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{why}'; END $$"
    )
    connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON {table}")
    connection.exec_driver_sql(
        f"CREATE TRIGGER {name} BEFORE {change} ON {table} FOR EACH ROW "
        f"{condition}EXECUTE FUNCTION {name}()"
    )
