"""What happens between holding trials and showing them; both see another moment."""

import importlib
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from study_server.db import Database
from study_server.models import StudySession, Trial
from study_server.services.withdrawal import withdraw
from tests.study_server.participant.visitor import Visitor

API = importlib.import_module("study_server.participant.api")
"""Its package has the name of a blueprint."""


@pytest.fixture
def in_between(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Callable[[Any], None]], None]:
    """Let something else be written just before trials are shown, once."""

    def let(happen: Callable[[Any], None]) -> None:
        database: Database = app.extensions["database"]
        show = API.view_trials

        def first_happen(*arguments: Any, **options: Any) -> Any:
            monkeypatch.setattr(API, "view_trials", show)
            with database.write() as db:
                happen(db)
            return show(*arguments, **options)

        monkeypatch.setattr(API, "view_trials", first_happen)

    return let


def test_who_erases_everything_in_another_tab_is_sent_to_that_page(
    visitor: Visitor, in_between: Callable[[Callable[[Any], None]], None]
) -> None:
    visitor.begin()

    def erase(db: Any) -> None:
        session = db.scalars(select(StudySession)).one()
        withdraw(db, session, is_erasing=True, withdrawn_at=session.last_seen_at)

    in_between(erase)
    answer = visitor.get("/api/trial")

    assert answer.status_code == 200
    assert answer.get_json()["next"].endswith("/withdrawn")


def test_a_trial_that_is_postponed_in_another_tab_is_still_the_one_that_was_noted(
    visitor: Visitor, in_between: Callable[[Callable[[Any], None]], None]
) -> None:
    visitor.begin()
    before = visitor.trial()

    def postpone(db: Any) -> None:
        first = db.get_one(Trial, before["trial_id"])
        second = db.get_one(Trial, before["upcoming"][0]["trial_id"])
        places = second.presentation_index, first.presentation_index
        first.presentation_index, second.presentation_index = places

    in_between(postpone)
    after = visitor.trial()

    assert after["trial_id"] == before["trial_id"]
    assert [each["trial_id"] for each in after["upcoming"]] == [
        each["trial_id"] for each in before["upcoming"]
    ]
    assert visitor.trial()["trial_id"] == before["upcoming"][0]["trial_id"]
