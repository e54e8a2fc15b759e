"""What a visitor's session left in the database."""

from typing import Any

from flask import Flask
from sqlalchemy import select

from study_server.db import Database
from study_server.models import StudySession


def rows(app: Flask, table: type[Any]) -> list[Any]:
    """All rows of a table."""
    database: Database = app.extensions["database"]
    with database.read() as db:
        return list(db.scalars(select(table)))


def only_session(app: Flask) -> StudySession:
    """The one session there is."""
    session: StudySession
    (session,) = rows(app, StudySession)
    return session
