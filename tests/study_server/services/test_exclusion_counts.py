"""How many sessions each exclusion rule would leave out (1.21, 7.5)."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from study_server.db import Database
from study_server.design.exclusion_rules import SessionFacts
from study_server.design.exclusions import ExclusionRule
from study_server.services.exclusion_counts import count_exclusions, session_facts
from tests.study_server.rows import (
    add_answer,
    add_response,
    add_session,
    add_study,
    add_trial,
)


@pytest.fixture
def db(database_url: str) -> Iterator[Session]:
    """One who finished, one who withdrew; one running and one simulated beside."""
    database = Database(database_url)
    database.prepare()
    with database.write() as db:
        study = add_study(db)
        done = add_session(db, study, "a", outcome="completed")
        add_answer(db, done, "data_use", "no")
        add_response(db, add_trial(db, done, 0, trial_kind="practice"))
        add_response(db, add_trial(db, done, 1), choice="left")
        add_response(db, add_trial(db, done, 2), choice="right")
        add_response(db, add_trial(db, done, 3, trial_kind="catch"), choice="right")
        add_response(db, add_trial(db, done, 4, trial_kind="catch"), choice="left")
        gone = add_session(db, study, "b", slot_index=1, outcome="withdrawn")
        add_trial(db, gone, 0)
        add_session(db, study, "c", slot_index=2)
        add_session(
            db, study, "d", slot_index=3, outcome="withdrawn", is_simulated=True
        )
        yield db
    database.close()


def test_the_rules_look_at_ended_sessions_of_people(db: Session) -> None:
    facts = sorted(session_facts(db, "demo"), key=lambda one: str(one.outcome))

    assert facts == [
        SessionFacts(
            outcome="completed",
            instructions_ms=21_000.5,
            total_ms=0,
            n_main_trials=2,
            n_main_responses=2,
            n_main_left=1,
            n_catch_trials=2,
            n_catch_correct=1,
            data_use=False,
        ),
        SessionFacts(outcome="withdrawn", instructions_ms=21_000.5, n_main_trials=1),
    ]


def test_each_rule_is_counted_by_itself_in_the_order_of_the_study(db: Session) -> None:
    rules = [
        ExclusionRule(name="did_not_finish"),
        ExclusionRule.model_validate({"name": "catch", "min_correct": 2}),
        ExclusionRule(name="withdrawn"),
        ExclusionRule(name="data_use"),
    ]

    counts = count_exclusions(db, "demo", rules)

    assert [(one.rule.name, one.n_sessions) for one in counts] == [
        ("did_not_finish", 1),
        ("catch", 1),
        ("withdrawn", 1),
        ("data_use", 1),
    ]
