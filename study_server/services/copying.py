"""Moving everything from one database to another, of either kind. No Flask.

All or nothing: the target gets every row in one transaction, and keeps them only if
they read back as they were in the source.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, func, insert, select
from sqlalchemy.orm import Session

from study_server.db import Database
from study_server.dialects import restart_counter
from study_server.errors import DatabaseError
from study_server.models import Base

ROWS_AT_ONCE = 1000


class TableFingerprint(NamedTuple):
    """What a table holds."""

    n_rows: int
    sha256: str
    """Over all rows in the order of their keys, whatever the kind of database."""


def copy_database(source: Database, target: Database) -> dict[str, TableFingerprint]:
    """Copy all rows as they are at one moment, and read them back.

    Args:
        source: has the schema of this version; others may go on using it.
        target: has the schema of this version and no rows.

    Returns:
        Table to what both databases now hold.

    Raises:
        DatabaseError: the target is not empty, or does not read back what was written.
    """
    with source.read() as here, target.write() as there:
        check_empty(there.connection())
        for table in Base.metadata.sorted_tables:
            for rows in in_batches(here, table):
                there.execute(insert(table), rows)
            _restart_counters(there.connection(), table)
        written, read_back = fingerprints(here), fingerprints(there)
        if different := [t for t in written if written[t] != read_back[t]]:
            raise DatabaseError(
                f"table {different[0]} does not read back as it was written "
                f"({written[different[0]]}, then {read_back[different[0]]}); "
                "nothing was copied"
            )
    return written


def check_empty(connection: Connection) -> None:
    """Refuse a database that holds anything.

    Raises:
        DatabaseError: names a table with rows.
    """
    for table in Base.metadata.sorted_tables:
        if connection.execute(select(table).limit(1)).first() is not None:
            raise DatabaseError(
                f"the target's table {table.name} has rows already; nothing was "
                "copied. Name a database without rows."
            )


def fingerprints(db: Session) -> dict[str, TableFingerprint]:
    """Of every table."""
    return {t.name: fingerprint(db, t) for t in Base.metadata.sorted_tables}


def fingerprint(db: Session, table: Table) -> TableFingerprint:
    """How many rows there are, and a digest of all their values."""
    digest, n_rows = hashlib.sha256(), 0
    for rows in in_batches(db, table):
        for row in rows:
            values = [row[name] for name in sorted(row)]
            digest.update(json.dumps(values, default=str).encode() + b"\n")
        n_rows += len(rows)
    return TableFingerprint(n_rows, digest.hexdigest())


def count_rows(db: Session) -> dict[str, int]:
    """Table to its number of rows."""
    return {
        table.name: db.execute(select(func.count()).select_from(table)).scalar_one()
        for table in Base.metadata.sorted_tables
    }


def in_batches(db: Session, table: Table) -> Iterator[Sequence[dict[str, Any]]]:
    """The rows in the order of their keys, without holding all in memory."""
    statement = select(table).order_by(*table.primary_key.columns)
    found = db.execute(statement.execution_options(yield_per=ROWS_AT_ONCE))
    for rows in found.mappings().partitions():
        yield [dict(row) for row in rows]


def _restart_counters(connection: Connection, table: Table) -> None:
    """Let the next row get a number of its own."""
    column = table.autoincrement_column
    if column is not None:
        restart_counter(connection, table.name, column.name)
