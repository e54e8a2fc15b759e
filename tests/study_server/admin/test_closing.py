"""Pausing and closing concern those who come, never those who are there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from study_server.models import Outcome, StudySession
from tests.study_server.admin.conftest import submit
from tests.study_server.admin.panel import browser_of, database_of, make_panel
from tests.study_server.participant.visitor import Visitor
from tests.study_server.study_fixture import STUDY_ID

N_RUNNING = 4


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """A study that some have begun."""
    app = make_panel(tmp_path)
    yield app
    database_of(app).close()


@pytest.mark.parametrize("status", ["paused", "closed"])
def test_running_sessions_finish_and_nobody_new_begins(app: Flask, status: str) -> None:
    """7.2; a few stand for fifty."""
    running = [Visitor(app) for _ in range(N_RUNNING)]
    for visitor in running:
        visitor.begin()
    editor, path = browser_of(app, "editor"), f"/admin/studies/{STUDY_ID}/status/"

    assert submit(editor, path + status) == 303

    assert Visitor(app).get().location.endswith("/not-open")
    for visitor in running:
        visitor.answer_all()
        assert "CODE-7K2" in visitor.finish().text
    with database_of(app).read() as db:
        done = select(func.count()).where(StudySession.outcome == Outcome.COMPLETED)
        assert db.scalars(done).one() == N_RUNNING
