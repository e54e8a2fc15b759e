"""Each task has its own kind of answer."""

from typing import Any

import pytest
from sqlalchemy import select

from study_server.db import Database
from study_server.models import Response, Trial
from tests.study_server.participant.visitor import Visitor

NO_CHOICE = {"choice": None, "confidence": None}


def due_of_task(visitor: Visitor, database: Database, task: str) -> str:
    """The id of the trial that is due, made one of the task."""
    visitor.begin()
    trial_id: str = visitor.trial()["trial_id"]
    with database.write() as db:
        db.get_one(Trial, trial_id).task = task
    return trial_id


@pytest.mark.parametrize(
    ("task", "changes", "fault"),
    [
        ("rating", {}, "choice: does not belong"),
        ("rating", NO_CHOICE, "rating: is missing"),
        ("two_alternative", {"rating": 40}, "rating: does not belong"),
        ("occlusion", {"confidence": None}, "confidence: is missing"),
        ("manipulation_check", {"choice": None}, "choice: is missing"),
    ],
)
def test_an_answer_to_another_task_is_refused(
    visitor: Visitor,
    database: Database,
    task: str,
    changes: dict[str, Any],
    fault: str,
) -> None:
    trial_id = due_of_task(visitor, database, task)

    answer = visitor.send(visitor.response(trial_id, **changes))

    assert answer.status_code == 422
    assert fault in answer.get_json()["message"]


def test_a_rating_is_neither_right_nor_wrong(
    visitor: Visitor, database: Database
) -> None:
    trial_id = due_of_task(visitor, database, "rating")

    answer = visitor.send(visitor.response(trial_id, **NO_CHOICE, rating=0))

    assert answer.status_code == 200
    assert "feedback" not in answer.get_json()
    with database.read() as db:
        row = db.scalars(select(Response)).one()
    assert (row.rating, row.choice, row.is_correct) == (0, None, None)
