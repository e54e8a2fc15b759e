"""The oracle finds what it is there to find: it is broken on purpose here (4.14)."""

from pathlib import Path
from random import Random

import pytest
from sqlalchemy import delete, select, update

from study_server.config import ServerConfig
from study_server.db import Database
from study_server.endurance.ledger import Ledger
from study_server.endurance.oracle import judge
from study_server.endurance.stimuli import write_plain_bundle
from study_server.endurance.study import STUDY_ID, endurance_study
from study_server.endurance.taker import Pace, Taker
from study_server.models import Response, StudySession
from study_server.scratch import fill
from tests.study_server.endurance.flask_link import FlaskLink

N_TRIALS = 4


@pytest.fixture
def taken(tmp_path: Path) -> tuple[Ledger, Database]:
    """A session that was taken to its end, and what its participant was told."""
    config = ServerConfig(data_dir=tmp_path)
    bundle = write_plain_bundle(tmp_path, n_features=N_TRIALS)
    fill(config, endurance_study(n_slots=2), bundle)
    ledger = Ledger()
    taker = Taker(
        FlaskLink(config), STUDY_ID, config.simulation_key(), ledger, Random(1)
    )
    taker.enrol()
    taker.answer_trials(Pace(pause_s=0, loads_pictures=True))
    return ledger, Database(config.resolved_database_url)


def test_a_session_that_went_well_is_clean(taken: tuple[Ledger, Database]) -> None:
    verdict = judge(*taken)
    assert verdict.is_clean
    assert (verdict.acknowledged, verdict.stored) == (N_TRIALS, N_TRIALS)
    assert taken[0].counts["completed"] == 1


def test_a_deleted_answer_is_lost(taken: tuple[Ledger, Database]) -> None:
    ledger, database = taken
    with database.write() as db:
        first = db.scalars(select(Response.response_id).limit(1)).one()
        db.execute(delete(Response).where(Response.response_id == first))
    verdict = judge(ledger, database)
    assert verdict.lost == 1
    assert verdict.incomplete == 1, "it counts as completed, and lacks an answer"
    assert not verdict.is_clean


@pytest.mark.parametrize(
    "change", [{"confidence": 9}, {"choice": "up"}, {"rt_ms": 0.0}]
)
def test_an_answer_stored_otherwise_than_sent_is_lost(
    taken: tuple[Ledger, Database], change: dict[str, object]
) -> None:
    ledger, database = taken
    with database.write() as db:
        first = db.scalars(select(Response.response_id).limit(1)).one()
        db.execute(
            update(Response).where(Response.response_id == first).values(**change)
        )
    verdict = judge(ledger, database)
    assert (verdict.lost, verdict.broken_chains) == (1, 1)


def test_an_answer_that_was_stored_and_never_acknowledged_is_no_loss(
    taken: tuple[Ledger, Database],
) -> None:
    ledger, database = taken
    response_id, _ = ledger.acknowledged.popitem()
    del ledger.heard[response_id]
    verdict = judge(ledger, database)
    assert verdict.is_clean
    assert verdict.stored == verdict.acknowledged + 1


def test_an_acknowledgement_in_other_bytes_is_found(
    taken: tuple[Ledger, Database],
) -> None:
    """4.3: the same answer again gets the first acknowledgement, byte for byte."""
    ledger, database = taken
    told = next(iter(ledger.heard.values()))
    ledger.hear(told)
    assert judge(ledger, database).is_clean
    ledger.hear(told.replace(b'"n_stored":', b'"n_stored": '))
    assert judge(ledger, database).told_otherwise == 1


def test_an_acknowledgement_other_than_the_stored_one_is_found(
    taken: tuple[Ledger, Database],
) -> None:
    ledger, database = taken
    with database.write() as db:
        first = db.scalars(select(Response.response_id).limit(1)).one()
        db.execute(
            update(Response)
            .where(Response.response_id == first)
            .values(acknowledgement="{}")
        )
    verdict = judge(ledger, database)
    assert (verdict.lost, verdict.told_otherwise) == (0, 1)


def test_a_place_held_twice_is_found(taken: tuple[Ledger, Database]) -> None:
    ledger, database = taken
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP INDEX one_live_session_per_slot")
    with database.write() as db:
        held = db.scalars(select(StudySession)).one()
        values = {
            column.name: getattr(held, column.name)
            for column in StudySession.__table__.columns
        }
        other = {**values, "session_id": "0" * 32, "token_sha256": "0" * 64}
        db.add(StudySession(**other))
    assert judge(ledger, database).doubly_held == 1
