"""A database as the first revision left it, in the middle of a session."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import JSON, Connection, DateTime, MetaData, Table

from study_server.config import ServerConfig
from study_server.migrations.upgrade import BASELINE, VERSION_TABLE, upgrade_to

STORED = json.loads((Path(__file__).parent / "revision_0001.json").read_text("utf-8"))
"""Rows that the first revision's server wrote, the browser's secret, and what it had
sent and been answered."""


def make_old_database(connection: Connection, *, is_counted: bool) -> None:
    """The first revision's tables and rows.

    Args:
        is_counted: whether the database says of which revision it is.
    """
    upgrade_to(connection, BASELINE)
    tables = MetaData()
    tables.reflect(connection)
    for table in tables.sorted_tables:
        if rows := STORED["rows"].get(table.name):
            connection.execute(table.insert(), [_typed(table, row) for row in rows])
    if not is_counted:
        connection.exec_driver_sql(f"DROP TABLE {VERSION_TABLE}")


def make_old_images(config: ServerConfig) -> None:
    """Something in the place of every image the session may be shown."""
    (bundle,) = STORED["rows"]["imported_bundle"]
    for kind in ("images", "options"):
        folder = config.bundles_dir / bundle["bundle_id"] / kind
        folder.mkdir(parents=True)
        for row in STORED["rows"]["appearance"]:
            Image.new("RGB", (8, 8)).save(folder / f"{row['stimulus_id']}.png")


def _typed(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """Moments as moments; JSON is what it is."""
    typed = dict(row)
    for column in table.columns:
        value = row[column.name]
        if isinstance(column.type, DateTime) and value is not None:
            typed[column.name] = datetime.fromisoformat(value)
        assert isinstance(column.type, JSON) or not isinstance(value, list | dict)
    return typed
