"""What a platform tells frees places, once, in whatever order it comes (6.3, 6.5)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random, SystemRandom

import pytest
from sqlalchemy import func, select

from study_server.config import ServerConfig
from study_server.db import Database
from study_server.models import (
    FreedBy,
    Outcome,
    OutcomeReason,
    Stage,
    StudySession,
    WebhookEvent,
)
from study_server.recruitment.arrival import Arrival
from study_server.services.arrivals import arrive
from study_server.services.endings import is_over
from study_server.services.identities import identify, submission_pseudonym
from study_server.services.progress import complete
from study_server.services.studies import definition_of, get_study
from study_server.services.submissions import PlatformEvent, take_event
from tests.study_server.study_fixture import (
    NOON,
    STUDY_ID,
    make_study,
    tiny_definition,
)

KEY = b"k" * 32


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Iterator[Database]:
    (tmp_path / "data").mkdir()
    config = ServerConfig(data_dir=tmp_path / "data", database_url=database_url)
    definition = tiny_definition(
        study={"n_slots": 4}, recruitment={"platform": "prolific"}
    )
    make_study(config, tmp_path, definition)
    opened = Database(database_url)
    yield opened
    opened.close()


def come(database: Database, number: int) -> StudySession:
    with database.write() as db:
        study = get_study(db, STUDY_ID)
        arrival = Arrival(
            platform="prolific",
            participant_id=f"p{number}",
            submission_id=f"s{number}",
        )
        identity = identify(definition_of(study), arrival, key=KEY)
        enrolment = arrive(
            db, study, identity, link=None, started_at=NOON, rng=SystemRandom()
        )
        return enrolment.session


def event(number: int, status: str, second: int) -> PlatformEvent:
    subject = submission_pseudonym("prolific", f"s{number}", key=KEY)
    assert subject is not None
    return PlatformEvent(
        platform="prolific",
        event_id=f"e{number}-{second}",
        event_type="submission.status.change",
        subject=subject,
        status=status,
        sent_at=NOON + timedelta(seconds=second),
    )


def tell(database: Database, *events: PlatformEvent) -> list[bool]:
    taken = []
    for each in events:
        with database.write() as db:
            taken.append(take_event(db, each, received_at=NOON))
    return taken


def state(database: Database, number: int) -> tuple[object, ...]:
    subject = submission_pseudonym("prolific", f"s{number}", key=KEY)
    with database.read() as db:
        session = db.scalars(
            select(StudySession).where(StudySession.submission_pseudonym == subject)
        ).one()
    return (
        session.holds_slot,
        session.outcome,
        session.outcome_reason,
        session.submission_status,
        session.is_surplus,
    )


@pytest.mark.parametrize("rng_seed", range(2))
def test_ten_deliveries_in_random_order_have_one_effect(
    database: Database, rng_seed: int
) -> None:
    """6.5; 6, done when: webhook replays x10 in random order have one effect."""
    for number in (1, 2, 3):
        come(database, number)
    told = [
        event(1, "ACTIVE", 1),
        event(1, "RETURNED", 2),
        event(2, "ACTIVE", 1),
        event(2, "TIMED-OUT", 5),
        event(3, "ACTIVE", 1),
        event(3, "AWAITING REVIEW", 9),
        event(3, "APPROVED", 20),
    ] * 10
    Random(rng_seed).shuffle(told)

    taken = tell(database, *told)

    assert sum(taken) == 7
    returned = (False, Outcome.WITHDRAWN, OutcomeReason.RETURNED, "RETURNED", False)
    assert state(database, 1) == returned
    assert state(database, 2) == (
        False,
        Outcome.TIMED_OUT,
        OutcomeReason.PLATFORM,
        "TIMED-OUT",
        False,
    )
    assert state(database, 3) == (True, None, None, "APPROVED", False)
    with database.read() as db:
        assert db.scalars(select(func.count()).select_from(WebhookEvent)).one() == 7


def test_a_returned_place_is_given_to_the_next_and_the_first_may_finish(
    database: Database,
) -> None:
    """2.8, 2.9, 6.3"""
    first = come(database, 1)
    tell(database, event(1, "RETURNED", 1))

    second = come(database, 2)
    with database.write() as db:
        session = db.get_one(StudySession, first.session_id)
        assert not is_over(session)
        session.stage = Stage.DEBRIEF
        complete(db, session, completed_at=NOON)

    assert second.slot_index == first.slot_index
    assert (session.outcome, session.is_surplus) == (Outcome.COMPLETED, True)
    assert session.freed_by == FreedBy.RETURNED


def test_rejecting_a_complete_submission_frees_its_place(database: Database) -> None:
    """6.3: REJECTED frees the place."""
    first = come(database, 1)
    with database.write() as db:
        session = db.get_one(StudySession, first.session_id)
        session.stage = Stage.DEBRIEF
        complete(db, session, completed_at=NOON)

    tell(database, event(1, "REJECTED", 1))

    assert state(database, 1) == (False, Outcome.COMPLETED, None, "REJECTED", True)


def test_what_was_told_before_somebody_began_counts(database: Database) -> None:
    tell(database, event(1, "ACTIVE", 1), event(1, "RETURNED", 2))

    session = come(database, 1)

    assert not session.holds_slot
    assert session.submission_status == "RETURNED"


def test_a_message_about_nobody_is_stored_and_changes_nothing(
    database: Database,
) -> None:
    come(database, 1)

    assert tell(database, event(9, "RETURNED", 1)) == [True]
    assert state(database, 1)[0] is True


def test_no_platform_id_is_stored_with_a_message(database: Database) -> None:
    """8.5"""
    tell(database, event(1, "RETURNED", 1))

    with database.read() as db:
        (stored,) = db.scalars(select(WebhookEvent)).all()
    assert "s1" not in repr(vars(stored)).replace("sent_at", "").split("'")
    assert isinstance(stored.received_at, datetime)
