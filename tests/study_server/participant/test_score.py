"""What a score tells is the sum of the feedback before it, and no more (presets)."""

from typing import Any

import pytest
from sqlalchemy import select

from study_server.db import Database
from study_server.errors import DefinitionError
from study_server.models import Trial
from tests.study_server.participant.conftest import MakeApp
from tests.study_server.participant.visitor import Visitor
from tests.study_server.study_fixture import tiny_definition

Told = tuple[Trial, dict[str, Any]]


def told_in_main(make_app: MakeApp, score: str) -> list[Told]:
    """Each trial of the main part, and the feedback to answering it with left."""
    visitor = Visitor(make_app(main={"has_feedback": True, "score": score}))
    visitor.begin()
    database: Database = visitor.app.extensions["database"]
    told = []
    while "next" not in (due := visitor.trial()):
        answer = visitor.send(visitor.response(due["trial_id"])).get_json()
        if due["phase"] == "practice":
            assert answer["feedback"]["score"] is None
            continue
        with database.read() as db:
            statement = select(Trial).where(Trial.trial_id == due["trial_id"])
            told.append((db.scalars(statement).one(), answer["feedback"]))
    return told


def test_a_running_count_adds_up_the_feedback(make_app: MakeApp) -> None:
    n_correct = 0
    for number, (_, feedback) in enumerate(told_in_main(make_app, "running")):
        n_correct += feedback["is_correct"]
        assert feedback["score"] == {
            "of": "part",
            "n_correct": n_correct,
            "n_answered": number + 1,
        }
    assert n_correct > 0


def test_the_score_of_a_block_comes_with_its_last_trial(make_app: MakeApp) -> None:
    told = told_in_main(make_app, "per_block")

    for block in {trial.block_index for trial, _ in told}:
        *before, last = [f for trial, f in told if trial.block_index == block]
        assert {feedback["score"] for feedback in before} == {None}
        assert last["score"] == {
            "of": "block",
            "n_correct": sum(feedback["is_correct"] for feedback in (*before, last)),
            "n_answered": len(before) + 1,
        }


def test_without_a_score_there_is_feedback_alone(make_app: MakeApp) -> None:
    assert {f["score"] for _, f in told_in_main(make_app, "none")} == {None}


def test_a_score_without_feedback_is_refused() -> None:
    """It would tell what was right by the back door."""
    with pytest.raises(DefinitionError, match="without feedback it would tell"):
        tiny_definition(main={"score": "running"})
