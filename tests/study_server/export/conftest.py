"""A database with one study in the middle of its run."""

from collections.abc import Iterator

import pytest

from study_server.db import Database
from tests.study_server.rows import (
    add_conflict,
    add_response,
    add_session,
    add_study,
    add_trial,
)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Two people (one of them stopped) and one simulated participant."""
    database = Database(database_url)
    database.prepare()
    with database.write() as db:
        study = add_study(db)
        done = add_session(
            db, study, "b", stage="completed", outcome="completed", strategy="=1+1"
        )
        add_response(db, add_trial(db, done, 0, trial_kind="practice"))
        answered = add_trial(db, done, 1)
        add_response(db, answered, choice="right")
        add_conflict(db, answered, "other")
        stopped = add_session(db, study, "a", slot_index=1, outcome="withdrawn")
        add_trial(db, stopped, 0, is_shown=False)
        simulated = add_session(db, study, "c", slot_index=2, is_simulated=True)
        add_response(db, add_trial(db, simulated, 0))
    yield database
    database.close()
