"""One participant's story, and the end of it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from study_server.models import Erasure, PlatformIdentity, StudySession
from study_server.services.story import tell_story
from study_server.services.studies import get_study
from tests.study_server.admin.conftest import submit
from tests.study_server.admin.panel import browser_of, database_of, make_panel
from tests.study_server.rows import (
    MORNING,
    add_conflict,
    add_response,
    add_session,
    add_trial,
)
from tests.study_server.study_fixture import STUDY_ID

ERIKA = "e1" * 16
STORY = f"/admin/studies/{STUDY_ID}/sessions/{ERIKA}"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """Erika came by a platform, was away for a while and answered one trial twice."""
    app = make_panel(tmp_path)
    with database_of(app).write() as db:
        session = add_session(db, get_study(db, STUDY_ID), ERIKA)
        db.add(
            PlatformIdentity(
                session_id=ERIKA,
                platform="prolific",
                participant_id="PROLIFIC5f3c",
                submission_id="sub1",
                others={},
            )
        )
        first, second = (add_trial(db, session, index) for index in range(2))
        add_response(db, first)
        later = add_response(db, second)
        later.received_at = MORNING + timedelta(minutes=9)
        later.is_late = True
        add_conflict(db, first, "again")
    yield app
    database_of(app).close()


def test_the_story_tells_facts_flags_and_gaps(app: Flask) -> None:
    with database_of(app).read() as db:
        story = tell_story(db, STUDY_ID, ERIKA[:8])

    assert (story.n_answered, story.n_planned) == (2, 2)
    assert set(story.flags) == {"1 x answered late", "1 x differing second answer"}
    assert "no answer for 9 min from here on" in [gap.what for gap in story.gaps]
    assert [m.at for m in story.moments] == sorted(m.at for m in story.moments)


def test_an_analyst_reads_it_and_learns_no_platform_id(app: Flask) -> None:
    """7: analysts never see platform ids."""
    page = browser_of(app, "analyst").get(STORY)

    assert page.status_code == 200
    assert "PROLIFIC5f3c" not in page.text
    assert "Erase" not in page.text


def test_an_owner_erases_after_typing_the_reference(app: Flask) -> None:
    """7.11"""
    owner = browser_of(app, "owner")
    erase = {"path": f"{STORY}/erase", "page": STORY, "reason": "asked"}

    assert submit(owner, **erase, typed="another") == 422
    assert submit(owner, **erase, typed=ERIKA[:8]) == 303

    with database_of(app).read() as db:
        assert db.get(StudySession, ERIKA) is None
        assert db.scalars(select(Erasure.reason)).all() == ["asked"]
    log = owner.get("/admin/audit").text
    assert "participant.erase" in log
    assert ERIKA[:8] not in log
