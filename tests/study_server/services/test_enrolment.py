from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from random import Random, SystemRandom

import pytest
from sqlalchemy import select

from study_server.bundle import Bundle
from study_server.config import ServerConfig
from study_server.db import Database
from study_server.errors import NotOpenError
from study_server.models import Outcome, Study, StudySession, Trial
from study_server.services.enrolment import (
    Enrolment,
    enrol,
    is_open,
    plan_session,
)
from study_server.services.recognition import find_session
from study_server.services.studies import create_study, get_study
from study_server.services.withdrawal import withdraw
from tests.study_server.study_fixture import (
    NOON,
    STUDY_ID,
    make_study,
    tiny_definition,
)


@pytest.fixture
def config(tmp_path: Path, database_url: str) -> ServerConfig:
    (tmp_path / "data").mkdir()
    return ServerConfig(data_dir=tmp_path / "data", database_url=database_url)


@pytest.fixture
def database(config: ServerConfig) -> Iterator[Database]:
    opened = Database(config.resolved_database_url)
    yield opened
    opened.close()


@pytest.fixture
def bundle(config: ServerConfig, tmp_path: Path) -> Bundle:
    return make_study(config, tmp_path, tiny_definition(study={"n_slots": 50}))


def arrive(
    database: Database, bundle: Bundle, *, minutes: int = 0, rng: Random | None = None
) -> Enrolment:
    with database.write() as db:
        study, rng = get_study(db, STUDY_ID), rng or SystemRandom()
        started_at = NOON + timedelta(minutes=minutes)
        enrolment = enrol(db, study, started_at=started_at, rng=rng)
        plan_session(db, enrolment.session, study, bundle, rng=rng)
        return enrolment


def test_fifty_simultaneous_arrivals_get_distinct_slots(
    database: Database, bundle: Bundle
) -> None:
    with ThreadPoolExecutor(max_workers=50) as pool:
        waiting = [pool.submit(arrive, database, bundle) for _ in range(50)]
        enrolments = [each.result() for each in waiting]

    slots = sorted(e.session.slot_index for e in enrolments)
    assert slots == list(range(50))
    lists = Counter(e.session.list_index for e in enrolments)
    assert max(lists.values()) - min(lists.values()) <= 1
    assert len({e.token for e in enrolments}) == 50
    with pytest.raises(NotOpenError, match="all 50 slots"):
        arrive(database, bundle)


def test_an_expired_lease_frees_the_slot(database: Database, bundle: Bundle) -> None:
    first = arrive(database, bundle)
    second = arrive(database, bundle, minutes=29)

    third = arrive(database, bundle, minutes=31)

    assert (second.session.slot_index, third.session.slot_index) == (1, 0)
    with database.read() as db:
        expired = db.get_one(StudySession, first.session.session_id)
    assert expired.outcome == Outcome.TIMED_OUT
    assert not expired.holds_slot


def test_withdrawal_frees_the_slot(database: Database, bundle: Bundle) -> None:
    first = arrive(database, bundle)
    with database.write() as db:
        session = db.get_one(StudySession, first.session.session_id)
        withdraw(db, session, is_erasing=False, withdrawn_at=NOON)

    assert arrive(database, bundle).session.slot_index == 0


def test_who_takes_a_slot_over_gets_another_order(
    database: Database, bundle: Bundle
) -> None:
    first = arrive(database, bundle)
    second = arrive(database, bundle, minutes=31)

    assert first.session.slot_index == second.session.slot_index
    assert first.session.rng_seed != second.session.rng_seed


def test_the_plan_follows_from_the_stored_seed_alone(
    tmp_path: Path, database: Database, bundle: Bundle
) -> None:
    """Ids differ, the plan does not: two servers, one definition."""
    (tmp_path / "other").mkdir()
    (tmp_path / "scratch").mkdir()
    other_config = ServerConfig(data_dir=tmp_path / "other")
    make_study(
        other_config, tmp_path / "scratch", tiny_definition(study={"n_slots": 50})
    )
    other = Database(other_config.resolved_database_url)

    plans = []
    for each in (database, other):
        session = arrive(each, bundle).session
        with each.read() as db:
            query = select(Trial).where(Trial.session_id == session.session_id)
            rows = db.scalars(query.order_by(Trial.trial_index)).all()
        plans.append([(t.target_stimulus_id, t.correct_option) for t in rows])
    other.close()

    assert plans[0] == plans[1]


def test_only_the_hash_of_a_token_is_stored(database: Database, bundle: Bundle) -> None:
    enrolment = arrive(database, bundle, rng=Random(3))

    assert len(enrolment.token) == 32
    assert enrolment.token not in repr(vars(enrolment.session))
    with database.read() as db:
        found = find_session(db, STUDY_ID, enrolment.token)
        assert found is not None
        assert find_session(db, STUDY_ID, "0" * 32) is None
        assert find_session(db, "another-study", enrolment.token) is None


def test_a_study_with_all_slots_held_is_open_again_when_a_lease_ends(
    database: Database, bundle: Bundle
) -> None:
    for _ in range(50):
        arrive(database, bundle)

    with database.read() as db:
        study = get_study(db, STUDY_ID)
        assert not is_open(db, study, now=NOON)
        assert is_open(db, study, now=NOON + timedelta(minutes=31))


def test_the_same_definition_makes_one_study_and_another_a_new_version(
    database: Database, bundle: Bundle
) -> None:
    same, changed = (tiny_definition(study={"n_slots": n}) for n in (50, 60))

    with database.write() as db:
        create_study(db, same, bundle, created_at=NOON)
        create_study(db, changed, bundle, created_at=NOON)

    with database.read() as db:
        versions = db.scalars(select(Study.version).order_by(Study.version)).all()
        assert get_study(db, STUDY_ID).version == 2
    assert list(versions) == [1, 2]
