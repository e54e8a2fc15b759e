"""A whole session, and every way to leave it."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from study_server.db import Database
from study_server.models import (
    Answer,
    Appearance,
    Outcome,
    Response,
    Stage,
    StudySession,
    StudyStatus,
    Trial,
)
from study_server.services.studies import set_status
from tests.study_server.participant.conftest import MakeApp
from tests.study_server.participant.visitor import ANSWERS, BASE, Visitor
from tests.study_server.study_fixture import STUDY_ID

N_TRIALS = 4 + 8 + 4  # practice, main, catch


def only_session(database: Database) -> StudySession:
    with database.read() as db:
        return db.scalars(select(StudySession)).one()


def count(database: Database, table: type) -> int:
    with database.read() as db:
        return db.scalars(select(func.count()).select_from(table)).one()


def test_a_whole_session_ends_with_the_code(
    visitor: Visitor, database: Database
) -> None:
    visitor.begin()
    assert visitor.answer_all() == N_TRIALS
    visitor.get("/questions")
    assert b"CODE-7K2" not in visitor.received

    answer = visitor.post("/questions", **ANSWERS)

    assert answer.location == f"{BASE}/completed"
    assert b"CODE-7K2" in visitor.get("/completed").data
    session = only_session(database)
    assert (session.stage, session.outcome) == (Stage.COMPLETED, Outcome.COMPLETED)
    with database.read() as db:
        answers = dict(db.execute(select(Answer.question, Answer.answer)).all())
    assert answers == ANSWERS
    assert count(database, Response) == N_TRIALS


def test_looking_at_the_consent_page_takes_no_place(
    visitor: Visitor, database: Database
) -> None:
    assert visitor.get().status_code == 200

    assert count(database, StudySession) == 0


def test_starting_needs_the_consent_box(visitor: Visitor, database: Database) -> None:
    visitor.get()

    assert visitor.post("/start").status_code == 422
    assert count(database, StudySession) == 0


def test_the_whole_plan_is_stored_before_trial_1(
    visitor: Visitor, database: Database
) -> None:
    visitor.start()
    assert count(database, Trial) == 0  # whoever presses Start waits for no drawing

    visitor.check_device()

    assert count(database, Trial) == N_TRIALS
    assert count(database, Appearance) == N_TRIALS * 10


def test_declining_stores_nothing(visitor: Visitor, database: Database) -> None:
    visitor.get()

    assert visitor.post("/decline").location == f"{BASE}/no-consent"
    assert visitor.get("/no-consent").status_code == 200
    assert count(database, StudySession) == 0


@pytest.mark.parametrize("status", [StudyStatus.PAUSED, StudyStatus.CLOSED])
def test_a_study_not_open_lets_nobody_in_but_everybody_finish(
    app: Flask, visitor: Visitor, database: Database, status: StudyStatus
) -> None:
    late = Visitor(app)
    late.get()
    visitor.begin()
    with database.write() as db:
        set_status(db, STUDY_ID, status)

    assert Visitor(app).get().location == f"{BASE}/not-open"
    assert late.post("/start", consent="yes").location == f"{BASE}/not-open"
    assert late.get("/not-open").status_code == 200
    assert visitor.answer_all() == N_TRIALS


def test_that_a_study_is_not_open_is_said_in_the_language_of_its_link(
    make_app: MakeApp,
) -> None:
    app = make_app(languages={"offered": ["en", "de"]})
    with app.extensions["database"].write() as db:
        set_status(db, STUDY_ID, StudyStatus.PAUSED)
    visitor = Visitor(app)

    visitor.get("/?lang=de")

    assert b'<html lang="de"' in visitor.get("/not-open").data


def test_a_full_study_is_not_open(app: Flask) -> None:
    for _ in range(8):
        Visitor(app).begin()

    assert Visitor(app).get().location == f"{BASE}/not-open"


@pytest.mark.parametrize(("wish", "n_kept"), [("keep", 1), ("erase", 0)])
def test_stopping_keeps_or_erases_and_frees_the_slot(
    visitor: Visitor, database: Database, wish: str, n_kept: int
) -> None:
    visitor.begin()
    visitor.send(visitor.response(visitor.trial()["trial_id"]))
    assert visitor.get("/stop").status_code == 200

    visitor.post("/stop", wish=wish)

    session = only_session(database)
    assert session.outcome == Outcome.WITHDRAWN
    assert not session.holds_slot
    assert count(database, Response) == n_kept
    assert visitor.get().location == f"{BASE}/already-took-part"
    assert visitor.get("/trial").location == f"{BASE}/withdrawn"
    assert visitor.trial() == {"next": f"{BASE}/withdrawn"}


def test_reloading_shows_the_same_trial_and_images(visitor: Visitor) -> None:
    visitor.begin()
    visitor.send(visitor.response(visitor.trial()["trial_id"]))

    assert visitor.trial() == visitor.trial()


@pytest.mark.parametrize("path", ["/", "/instructions", "/questions", "/completed"])
def test_every_other_page_leads_back_to_the_present_one(
    visitor: Visitor, path: str
) -> None:
    visitor.begin()

    assert visitor.get(path).location == f"{BASE}/trial"


def test_the_questions_cannot_be_reached_while_an_answer_is_missing(
    visitor: Visitor, database: Database
) -> None:
    visitor.begin()

    assert visitor.post("/questions", **ANSWERS).location == f"{BASE}/trial"
    assert only_session(database).stage == Stage.PRACTICE


def test_an_unanswered_question_is_asked_again(visitor: Visitor) -> None:
    visitor.begin()
    visitor.answer_all()
    visitor.get("/questions")

    answer = visitor.post("/questions", difficulty="9", strategy="<b>x</b>")

    assert answer.status_code == 422
    assert b"&lt;b&gt;x" in answer.data
    assert b"missing" in answer.data


def test_a_pasted_text_is_flagged_and_refused_to_nobody(
    visitor: Visitor, database: Database
) -> None:
    """3.5"""
    visitor.begin()
    visitor.answer_all()
    assert b"pages/pasted.js" in visitor.get("/questions").data

    answer = visitor.post("/questions", **ANSWERS, pasted="strategy")

    assert answer.location == f"{BASE}/completed"
    with database.read() as db:
        flags = dict(db.execute(select(Answer.question, Answer.is_pasted)).all())
    assert flags == {name: name == "strategy" for name in ANSWERS}


def test_nothing_a_participant_receives_names_researchers(visitor: Visitor) -> None:
    visitor.begin()
    visitor.answer_all()

    assert b"Set-Cookie: visit=" in visitor.received
    assert b"researcher=" not in visitor.received


def test_a_participants_cookie_is_not_accepted_as_a_researchers(
    visitor: Visitor,
) -> None:
    visitor.get()
    cookie = visitor.client.get_cookie("visit", path="/s/")
    assert cookie is not None

    visitor.client.set_cookie("researcher", cookie.value, path="/admin")
    with visitor.client.session_transaction("/admin/") as held:
        assert dict(held) == {}


def test_pressing_start_twice_takes_one_place(
    visitor: Visitor, database: Database
) -> None:
    visitor.get()
    visitor.post("/start", consent="yes")
    visitor.client.delete_cookie("participant", path=BASE)  # that answer got lost

    visitor.post("/start", consent="yes")

    visitor.get("/instructions")
    with database.read() as db:
        assert db.scalars(select(func.count(StudySession.session_id))).one() == 1
