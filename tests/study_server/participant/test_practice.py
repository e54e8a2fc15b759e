"""Practice to a criterion within some rounds, new items in each (script of 1)."""

from typing import Any

import pytest
from sqlalchemy import select

from study_server.db import Database
from study_server.models import Outcome, OutcomeReason, Response, Stage, Trial
from tests.study_server.participant.conftest import MakeApp
from tests.study_server.participant.records import only_session, rows
from tests.study_server.participant.visitor import BASE, Visitor

N_TRIALS = 2
N_ROUNDS = 2
STRICT = {"n_trials": N_TRIALS, "min_correct": N_TRIALS, "max_rounds": N_ROUNDS}


def answer_round(visitor: Visitor, *, is_right: bool) -> list[str]:
    """Answer one round of practice; returns the trial ids."""
    database: Database = visitor.app.extensions["database"]
    answered = []
    for _ in range(N_TRIALS):
        trial_id = visitor.trial()["trial_id"]
        with database.read() as db:
            right = db.scalars(
                select(Trial.correct_option).where(Trial.trial_id == trial_id)
            ).one()
        wrong = {"left": "right", "right": "left"}
        choice = right if is_right else wrong[right or ""]
        visitor.send(visitor.response(trial_id, choice=choice))
        answered.append(trial_id)
    return answered


@pytest.fixture
def visitor(make_app: MakeApp) -> Visitor:
    visitor = Visitor(make_app(practice=STRICT))
    visitor.begin()
    return visitor


@pytest.mark.parametrize("n_failed", range(N_ROUNDS))
def test_enough_right_answers_in_a_round_end_practice(
    visitor: Visitor, n_failed: int
) -> None:
    for _ in range(n_failed):
        answer_round(visitor, is_right=False)
    answer_round(visitor, is_right=True)

    assert visitor.trial()["phase"] == "main"
    session = only_session(visitor.app)
    assert (session.stage, session.practice_round) == (Stage.MAIN, n_failed)
    assert session.outcome is None


def test_too_few_right_answers_in_every_round_screen_out(visitor: Visitor) -> None:
    for _ in range(N_ROUNDS):
        assert visitor.trial()["phase"] == "practice"
        answer_round(visitor, is_right=False)

    assert visitor.trial() == {"next": f"{BASE}/screened-out"}
    session = only_session(visitor.app)
    assert (session.outcome, session.outcome_reason, session.holds_slot) == (
        Outcome.SCREENED_OUT,
        OutcomeReason.PRACTICE,
        False,
    )
    assert len(rows(visitor.app, Response)) == N_TRIALS * N_ROUNDS


def test_each_round_is_counted_for_itself_and_has_new_trials(visitor: Visitor) -> None:
    first: dict[str, Any] = visitor.trial()
    ids = answer_round(visitor, is_right=False)
    second = visitor.trial()

    assert [(t["number"], t["n_trials"]) for t in (first, second)] == [(1, 2), (1, 2)]
    assert second["trial_id"] not in ids
    assert second["interlude"] == "practice_again"


def test_without_a_criterion_one_round_is_enough(make_app: MakeApp) -> None:
    visitor = Visitor(make_app(practice={"n_trials": N_TRIALS}))
    visitor.begin()

    answer_round(visitor, is_right=False)

    assert visitor.trial()["phase"] == "main"


def test_a_study_without_practice_begins_with_what_counts(make_app: MakeApp) -> None:
    visitor = Visitor(make_app(practice={"n_trials": 0}))
    visitor.begin()

    assert visitor.trial()["phase"] == "main"
    assert only_session(visitor.app).main_started_at is not None
