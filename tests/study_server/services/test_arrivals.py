"""People who come twice, by other browsers, and by personal links (6.1)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import SystemRandom

import pytest
from sqlalchemy import func, select

from study_server.config import ServerConfig
from study_server.db import Database
from study_server.errors import AlreadyTookPartError, LinkError, NotOpenError
from study_server.models import Outcome, PlatformIdentity, StudySession
from study_server.recruitment.arrival import Arrival
from study_server.services.arrivals import arrive
from study_server.services.endings import end
from study_server.services.enrolment import Enrolment
from study_server.services.identities import identify
from study_server.services.links import find_link, list_links, make_links, revoke_link
from study_server.services.recognition import find_session
from study_server.services.studies import definition_of, get_study
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
    recruitment = {"platform": "prolific"}
    make_study(config, tmp_path, tiny_definition(recruitment=recruitment))
    opened = Database(database_url)
    yield opened
    opened.close()


def come(
    database: Database,
    participant_id: str | None = None,
    *,
    link_token: str | None = None,
) -> Enrolment:
    with database.write() as db:
        study = get_study(db, STUDY_ID)
        link = find_link(db, STUDY_ID, link_token)
        arrival = Arrival(
            platform="prolific", participant_id=participant_id, link=link_token
        )
        identity = identify(
            definition_of(study),
            arrival,
            key=KEY,
            link_max_uses=link.max_uses if link else None,
        )
        return arrive(
            db, study, identity, link=link, started_at=NOON, rng=SystemRandom()
        )


def count(database: Database) -> int:
    with database.read() as db:
        return db.scalars(select(func.count(StudySession.session_id))).one()


def make_link(database: Database, *, max_uses: int | None) -> str:
    with database.write() as db:
        (link,) = make_links(
            db,
            STUDY_ID,
            ["P001"],
            max_uses=max_uses,
            created_at=NOON,
            rng=SystemRandom(),
        )
    return link.path.partition("?link=")[2]


def test_who_comes_again_goes_on_in_both_browsers(database: Database) -> None:
    """6.1"""
    first, second = come(database, "p1"), come(database, "p1")

    assert first.session.session_id == second.session.session_id
    assert first.token != second.token
    with database.read() as db:
        for token in (first.token, second.token):
            found = find_session(db, STUDY_ID, token)
            assert found is not None
            assert found.session_id == first.session.session_id


def test_one_person_who_comes_eight_times_at_once_has_one_session(
    database: Database,
) -> None:
    """2.7: the unique pseudonym has the last word."""
    with ThreadPoolExecutor(max_workers=8) as pool:
        found = list(pool.map(lambda _: come(database, "p1"), range(8)))

    assert len({each.session.session_id for each in found}) == 1
    assert count(database) == 1


def test_who_has_finished_is_told_how(database: Database) -> None:
    session_id = come(database, "p1").session.session_id
    with database.write() as db:
        session = db.get_one(StudySession, session_id)
        end(session, Outcome.SCREENED_OUT, ended_at=NOON)

    with pytest.raises(AlreadyTookPartError, match="took part already"):
        come(database, "p1")


def test_platform_ids_stand_in_one_table_only(database: Database) -> None:
    """8.5"""
    come(database, "a-platform-id")

    with database.read() as db:
        (identity,) = db.scalars(select(PlatformIdentity)).all()
        (session,) = db.scalars(select(StudySession)).all()
    assert identity.participant_id == "a-platform-id"
    assert "a-platform-id" not in repr(vars(session))
    assert session.pseudonym is not None
    assert len(session.pseudonym) == 64


def test_a_family_of_studies_is_taken_once() -> None:
    """6.1: the pseudonym is of the family, and another under another key."""
    arrival = Arrival(platform="prolific", participant_id="p1")
    pseudonyms = {
        identify(
            tiny_definition(study={"study_id": name}, recruitment=recruitment),
            arrival,
            key=key,
        ).pseudonym
        for name, recruitment, key in [
            ("one", {"family": "pictures"}, KEY),
            ("two", {"family": "pictures"}, KEY),
            ("two", {}, KEY),
            ("two", {}, b"x" * 32),
        ]
    }

    assert len(pseudonyms) == 3


def test_a_single_link_is_one_person_in_any_browser(database: Database) -> None:
    token = make_link(database, max_uses=1)

    first, second = (come(database, link_token=token) for _ in range(2))

    assert first.session.session_id == second.session.session_id
    with database.read() as db:
        assert [link.n_uses for link in list_links(db, STUDY_ID)] == [1]


def test_a_link_for_three_begins_three_sessions_whoever_is_first(
    database: Database,
) -> None:
    token = make_link(database, max_uses=3)

    def come_by_link(_: int) -> bool:
        try:
            come(database, link_token=token)
        except LinkError:
            return False
        return True

    with ThreadPoolExecutor(max_workers=6) as pool:
        let_in = list(pool.map(come_by_link, range(6)))

    assert sum(let_in) == 3
    assert count(database) == 3


def test_a_revoked_link_lets_nobody_in(database: Database) -> None:
    token = make_link(database, max_uses=None)
    come(database, link_token=token)
    with database.write() as db:
        (link,) = list_links(db, STUDY_ID)
        revoke_link(db, STUDY_ID, link.id, revoked_at=NOON)

    with pytest.raises(LinkError, match="used up or revoked"):
        come(database, link_token=token)


def test_a_full_study_still_lets_back_in_who_has_a_place(database: Database) -> None:
    first = come(database, "p0")
    for number in range(1, 8):
        come(database, f"p{number}")

    with pytest.raises(NotOpenError):
        come(database, "p8")

    assert come(database, "p0").session.session_id == first.session.session_id
