"""The counts a researcher sees while a study runs."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from study_server.db import Database
from study_server.services.monitor import (
    ConditionCount,
    Count,
    arrivals,
    list_studies,
    progress,
)
from tests.study_server.rows import (
    MORNING,
    add_conflict,
    add_response,
    add_session,
    add_study,
    add_trial,
)


@pytest.fixture
def db(database_url: str) -> Iterator[Session]:
    """Two running, one withdrawn, one completed person; one simulated completion."""
    database = Database(database_url)
    database.prepare()
    with database.write() as db:
        study = add_study(db)
        add_session(db, study, "a", slot_index=0, stage="practice")
        running = add_session(db, study, "b", slot_index=1, stage="main")
        add_response(db, add_trial(db, running, 0, trial_kind="catch"))
        answered = add_trial(db, running, 1, condition="natural")
        add_response(db, answered)
        add_conflict(db, answered, "other")
        add_trial(db, running, 2, condition="seed_only")
        add_trial(db, running, 3, condition="seed_only", is_shown=False)
        add_session(db, study, "c", slot_index=2, outcome="withdrawn")
        add_session(db, study, "d", slot_index=3, outcome="completed")
        add_session(
            db, study, "s", slot_index=4, outcome="completed", is_simulated=True
        )
        other = add_study(db, "other")
        stranger = add_session(db, other, "z", stage="main")
        add_response(db, add_trial(db, stranger, 0))
        yield db
    database.close()


def test_running_sessions_are_counted_by_stage(db: Session) -> None:
    assert progress(db, "demo").stages == [
        Count("consent", 0, 0),
        Count("device", 0, 0),
        Count("screening", 0, 0),
        Count("instructions", 0, 0),
        Count("comprehension", 0, 0),
        Count("practice", 1, 0),
        Count("main", 1, 0),
        Count("debrief", 0, 0),
    ]


def test_ended_sessions_are_counted_by_outcome(db: Session) -> None:
    outcomes = {count.name: count[1:] for count in progress(db, "demo").outcomes}

    assert outcomes == {
        "completed": (1, 1),
        "no_consent": (0, 0),
        "screened_out": (0, 0),
        "withdrawn": (1, 0),
        "timed_out": (0, 0),
        "not_open": (0, 0),
        "already_took_part": (0, 0),
        "technical_problem": (0, 0),
    }


def test_conditions_count_main_trials_only(db: Session) -> None:
    assert progress(db, "demo").conditions == [
        ConditionCount("natural", n_planned=1, n_shown=1, n_responses=1),
        ConditionCount("seed_only", n_planned=2, n_shown=1, n_responses=0),
    ]


def test_responses_and_conflicts_of_other_studies_do_not_count(db: Session) -> None:
    counts = progress(db, "demo")

    assert counts.responses == Count("responses", 2, 0)
    assert counts.n_conflicts == 1
    assert (counts.n_late, counts.n_rejected, counts.n_recovered) == (0, 0, 0)
    assert counts.last_response_at == MORNING


def test_a_study_without_sessions_counts_zero(db: Session) -> None:
    add_study(db, "empty")

    counts = progress(db, "empty")

    assert counts.responses == Count("responses", 0, 0)
    assert counts.conditions == []
    assert counts.last_response_at is None


def test_the_list_shows_the_newest_version_of_each_study(db: Session) -> None:
    add_study(db, "demo", version=2)

    lines = [(s.study.study_id, s.study.version, *s[1:]) for s in list_studies(db)]

    assert lines == [("demo", 2, 2, 1, 1), ("other", 1, 1, 0, 0)]


def test_arrivals_are_those_of_people_in_the_last_day(db: Session) -> None:
    hours = arrivals(db, "demo", until=MORNING + timedelta(hours=2))

    assert len(hours) == 24
    assert [h.n_sessions for h in hours[-3:]] == [4, 0, 0]
    assert sum(h.n_sessions for h in hours) == 4
