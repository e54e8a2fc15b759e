"""What a visitor's session left in the database."""

from typing import Any

from flask import Flask
from sqlalchemy import select

from study_server.db import Database
from study_server.models import StudySession

IN_ORDER_OF = ("id", "chain_index", "created_at")


def rows(app: Flask, table: type[Any]) -> list[Any]:
    """All rows of a table, the oldest first.

    PostgreSQL, unless told, gives a row that was changed after its elders.
    """
    database: Database = app.extensions["database"]
    order = [getattr(table, name) for name in IN_ORDER_OF if hasattr(table, name)]
    with database.read() as db:
        return list(db.scalars(select(table).order_by(*order)))


def only_session(app: Flask) -> StudySession:
    """The one session there is."""
    session: StudySession
    (session,) = rows(app, StudySession)
    return session
