"""Places are given once, whoever comes at the same moment, on both databases (2.7)."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from random import SystemRandom
from typing import Any

import pytest
from sqlalchemy import select

from study_server.config import ServerConfig
from study_server.db import Database
from study_server.errors import NotOpenError
from study_server.models import (
    FreedBy,
    Outcome,
    Slot,
    Stage,
    Study,
    StudySession,
    StudyStatus,
)
from study_server.services.enrolment import Enrolment, enrol, is_open
from study_server.services.progress import complete
from study_server.services.replacement import ask_for_replacement
from study_server.services.studies import get_study, set_status
from tests.study_server.study_fixture import (
    NOON,
    STUDY_ID,
    make_study,
    tiny_definition,
)


class Server:
    """One study on a database, and people who come to it."""

    def __init__(self, url: str, folder: Path, **changes: Any) -> None:
        config = ServerConfig(data_dir=folder / "data", database_url=url)
        config.data_dir.mkdir(parents=True)
        make_study(config, folder, tiny_definition(**changes))
        self.database = Database(url)

    def arrive(self, *, minutes: float = 0, is_simulated: bool = False) -> Enrolment:
        with self.database.write() as db:
            return enrol(
                db,
                get_study(db, STUDY_ID),
                started_at=NOON + timedelta(minutes=minutes),
                rng=SystemRandom(),
                is_simulated=is_simulated,
            )

    def finish(self, session_id: str, *, minutes: float) -> StudySession:
        """The last page is reached; the trials are left out."""
        with self.database.write() as db:
            session = db.get_one(StudySession, session_id)
            session.stage = Stage.DEBRIEF
            complete(db, session, completed_at=NOON + timedelta(minutes=minutes))
            return session

    def sessions(self) -> list[StudySession]:
        with self.database.read() as db:
            return list(db.scalars(select(StudySession)))


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    made = Server(database_url, tmp_path, study={"n_slots": 20})
    yield made
    made.database.close()


@pytest.fixture
def make_server(tmp_path: Path) -> Iterator[Any]:
    made: list[Server] = []

    def make(**changes: Any) -> Server:
        url = f"sqlite:///{tmp_path / 'made.sqlite3'}"
        made.append(Server(url, tmp_path, **changes))
        return made[-1]

    yield make
    for each in made:
        each.database.close()


def test_thirty_who_come_at_once_get_twenty_places_and_no_place_twice(
    server: Server,
) -> None:
    """2.7: overshoot 0, cells equal."""

    def come(_: int) -> int | None:
        try:
            return server.arrive().session.slot_index
        except NotOpenError:
            return None

    with ThreadPoolExecutor(max_workers=10) as pool:
        slots = list(pool.map(come, range(30)))

    assert sorted(s for s in slots if s is not None) == list(range(20))
    assert slots.count(None) == 10
    lists = Counter(session.list_index for session in server.sessions())
    assert set(lists.values()) == {5}


def test_an_expired_lease_frees_the_place_and_its_holder_may_finish(
    server: Server,
) -> None:
    """2.8, 2.9"""
    first = server.arrive().session
    for _ in range(19):
        server.arrive(minutes=29)

    second = server.arrive(minutes=31).session
    late = server.finish(first.session_id, minutes=32)
    on_time = server.finish(second.session_id, minutes=33)

    assert second.slot_index == first.slot_index
    assert (late.outcome, late.is_surplus, late.freed_by) == (
        Outcome.COMPLETED,
        True,
        FreedBy.LEASE,
    )
    assert (on_time.is_surplus, on_time.holds_slot) == (False, True)


def test_a_researcher_replaces_a_participant_with_a_reason(server: Server) -> None:
    """2.11: without that, nobody's slot is given away however they did."""
    first = server.arrive().session
    server.finish(first.session_id, minutes=10)

    with server.database.write() as db:
        ask_for_replacement(
            db,
            STUDY_ID,
            first.session_id[:8],
            "reject",
            reason="failed the catch trials",
            freed_at=NOON + timedelta(minutes=20),
        )

    assert server.arrive(minutes=21).session.slot_index == first.slot_index
    rejected = next(s for s in server.sessions() if s.session_id == first.session_id)
    assert (rejected.is_surplus, rejected.freed_by, rejected.freed_note) == (
        True,
        FreedBy.REPLACED,
        "failed the catch trials",
    )


def test_counterbalancing_goes_on_with_a_new_version(server: Server) -> None:
    """7.3"""
    for _ in range(3):
        server.arrive()
    with server.database.write() as db:
        old = get_study(db, STUDY_ID)
        db.add(
            Study(
                study_id=STUDY_ID,
                version=2,
                title=old.title,
                definition={**old.definition},
                definition_sha256=old.definition_sha256,
                bundle_id=old.bundle_id,
                created_at=NOON,
                launched_at=NOON,
            )
        )

    assert server.arrive().session.slot_index == 3


def test_simulated_participants_take_no_ones_place(server: Server) -> None:
    assert server.arrive(is_simulated=True).session.slot_index == 0
    assert server.arrive().session.slot_index == 0


def test_a_lease_lasts_three_times_the_estimate_and_two_minutes(
    make_server: Any,
) -> None:
    """2.8"""
    timing = {"lease_minutes": None}
    server = make_server(study={"estimated_minutes": 6}, timing=timing)

    session = server.arrive().session

    assert session.lease_expires_at - session.created_at == timedelta(minutes=20)


def test_a_quota_of_a_list_takes_its_places_away(make_server: Any) -> None:
    """2.10: quotas per study, list and cell."""
    server = make_server(
        study={"n_slots": 16},
        cell_quotas=[
            {"list_index": 0, "max_sessions": 1},
            {"list_index": 1, "pair_offset": 0, "max_sessions": 0},
        ],
    )
    with server.database.read() as db:
        slots = db.scalars(select(Slot).where(Slot.is_simulated.is_(False))).all()

    assert Counter(slot.list_index for slot in slots) == {0: 1, 1: 2, 2: 4, 3: 4}
    for _ in slots:
        server.arrive()
    with pytest.raises(NotOpenError, match="all 11 slots"):
        server.arrive()


def test_a_study_pauses_itself_once_when_a_rule_is_met(make_server: Any) -> None:
    """2.10: automatic pause per criterion; sessions in progress finish."""
    server = make_server(pauses=[{"count": "completed", "reaches": 1}])
    first, second = server.arrive().session, server.arrive().session
    server.finish(first.session_id, minutes=5)

    with server.database.read() as db:
        assert not is_open(db, get_study(db, STUDY_ID), now=NOON)
    with server.database.write() as db:
        study = get_study(db, STUDY_ID)
        with pytest.raises(NotOpenError, match="is paused"):
            enrol(db, study, started_at=NOON, rng=SystemRandom())
    assert server.finish(second.session_id, minutes=6).outcome == Outcome.COMPLETED

    with server.database.write() as db:
        set_status(db, STUDY_ID, StudyStatus.OPEN)
    assert server.arrive(minutes=7).session.slot_index == 2
