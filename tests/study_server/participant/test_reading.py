"""Instructions with a minimum time, and the questions on them."""

from datetime import timedelta

import pytest
from flask import Flask

from study_server.models import (
    ComprehensionAttempt,
    Outcome,
    OutcomeReason,
    PageVisit,
    Stage,
)
from tests.study_server.participant.conftest import Clock, MakeApp
from tests.study_server.participant.records import only_session, rows
from tests.study_server.participant.visitor import BASE, Visitor

THREE_PAGES = {"en": {"instructions": "First.\n\n---\nSecond.\n---\nThird."}}
ITEMS = {
    "en": {
        "comprehension": [
            {"question": "One?", "answers": ["no", "yes"], "correct": 2},
            {"question": "Two?", "answers": ["yes", "no", "never"], "correct": 1},
        ]
    }
}


@pytest.fixture
def quiz(make_app: MakeApp) -> Flask:
    return make_app(texts=ITEMS, comprehension={"n_items": 2, "max_attempts": 2})


def test_the_instructions_are_turned_page_by_page_and_back(make_app: MakeApp) -> None:
    visitor = Visitor(make_app(texts=THREE_PAGES))
    visitor.start()
    visitor.check_device()
    assert b"First." in visitor.get("/instructions").data

    visitor.post("/instructions", turn="on")
    assert b"Second." in visitor.get("/instructions").data
    visitor.post("/instructions", turn="back")
    assert b"First." in visitor.get("/instructions").data


def last_page(app: Flask) -> str:
    """Of the instructions, which is their only one unless the texts part them."""
    visitor = Visitor(app)
    visitor.start()
    visitor.check_device()
    return visitor.get("/instructions").get_data(as_text=True)


@pytest.mark.parametrize(
    ("design", "told"),
    [
        ({}, []),
        ({"none_after_slots": 2}, ["A few people see no examples"]),
        ({"none_share": 0.25}, ["Sometimes there are no examples"]),
    ],
)
def test_whoever_may_see_no_examples_is_told_so(
    make_app: MakeApp, design: dict[str, float], told: list[str]
) -> None:
    """1.7: the group without panels reads the same page as everyone (5.4)."""
    page = last_page(make_app(texts={"en": {"instructions": "All."}}, design=design))

    sentences = ("A few people see no examples", "Sometimes there are no examples")
    assert [each for each in sentences if each in page] == told


@pytest.mark.parametrize(("task", "n_squares"), [("two_alternative", 2), ("rating", 1)])
def test_the_sketch_shows_a_trial_of_the_study(
    make_app: MakeApp, task: str, n_squares: int
) -> None:
    app = make_app(
        texts={"en": {"instructions": "All."}},
        design={"task": task, "conditions": ["natural"], "n_ratings": 2},
        practice={"n_trials": 2},
        catch={"per_block": 0},
    )

    _, _, options = last_page(app).partition('<div class="sketch-options')
    assert options.partition("</figure>")[0].count("<i>") == n_squares


def test_the_instructions_cannot_be_left_before_their_time(
    make_app: MakeApp, clock: Clock
) -> None:
    app = make_app(texts=THREE_PAGES, timing={"instructions_min_ms": 20_000})
    visitor = Visitor(app)
    visitor.start()
    visitor.check_device()
    for _ in range(2):
        visitor.get("/instructions")
        visitor.post("/instructions", turn="on")
    assert b'data-missing-ms="' in visitor.get("/instructions").data

    early = visitor.post("/instructions", turn="on")
    clock.ahead = timedelta(seconds=20)
    in_time = visitor.post("/instructions", turn="on")

    assert early.status_code == 200
    assert b"That was quick" in early.data
    assert in_time.location == f"{BASE}/trial"
    assert (only_session(app).instructions_ms or 0) >= 20_000


def test_the_stay_on_each_page_is_stored_with_its_language(
    make_app: MakeApp, clock: Clock
) -> None:
    app = make_app(texts=THREE_PAGES)
    visitor = Visitor(app)
    clock.stop()
    visitor.get()
    clock.ahead += timedelta(seconds=30)
    visitor.post("/start", consent="yes")
    visitor.check_device()
    for seconds in (4, 5, 6):
        visitor.get("/instructions")
        clock.ahead += timedelta(seconds=seconds)
        visitor.get("/instructions")  # a reload begins no new stay
        visitor.post("/instructions", turn="on")
    visitor.get("/trial")

    visits = rows(app, PageVisit)
    assert [(visit.page, visit.dwell_ms) for visit in visits] == [
        ("landing", 30_000),
        ("device", 0),
        ("instructions-1", 4_000),
        ("instructions-2", 5_000),
        ("instructions-3", 6_000),
        ("trial", None),
    ]
    assert {visit.language for visit in visits} == {"en"}


def test_right_answers_lead_to_practice(quiz: Flask) -> None:
    visitor = Visitor(quiz)
    visitor.start()
    visitor.check_device()
    assert visitor.read_instructions().location == f"{BASE}/comprehension"
    visitor.get("/comprehension")

    answer = visitor.post("/comprehension", **{"item-1": "2", "item-2": "1"})

    assert answer.location == f"{BASE}/trial"
    (attempt,) = rows(quiz, ComprehensionAttempt)
    assert (attempt.answers, attempt.n_correct, attempt.n_items) == ([2, 1], 2, 2)


def test_wrong_answers_as_often_as_allowed_screen_out(quiz: Flask) -> None:
    visitor = Visitor(quiz)
    visitor.start()
    visitor.check_device()
    visitor.read_instructions()
    visitor.get("/comprehension")
    wrong = {"item-1": "2", "item-2": "3"}

    first = visitor.post("/comprehension", **wrong)
    again = visitor.get("/comprehension").data
    second = visitor.post("/comprehension", **wrong)

    assert first.location == f"{BASE}/comprehension"
    assert b"1 of 2 answers were right" in again
    assert b"your last try" in again
    assert second.location == f"{BASE}/screened-out"
    session = only_session(quiz)
    assert (session.outcome, session.outcome_reason) == (
        Outcome.SCREENED_OUT,
        OutcomeReason.COMPREHENSION,
    )
    assert not session.holds_slot
    attempts = rows(quiz, ComprehensionAttempt)
    assert [attempt.attempt_index for attempt in attempts] == [0, 1]


def test_a_question_left_out_is_no_try_and_says_which(quiz: Flask) -> None:
    visitor = Visitor(quiz)
    visitor.start()
    visitor.check_device()
    visitor.read_instructions()
    visitor.get("/comprehension")

    answer = visitor.post("/comprehension", **{"item-2": "3"})

    assert answer.status_code == 422
    assert b'aria-describedby="fault-item-1"' in answer.data
    assert b'value="3" required checked' in answer.data
    assert rows(quiz, ComprehensionAttempt) == []
    assert only_session(quiz).stage == Stage.COMPREHENSION


def test_no_page_tells_the_right_answers(quiz: Flask) -> None:
    visitor = Visitor(quiz)
    visitor.start()
    visitor.check_device()
    visitor.read_instructions()

    page = visitor.get("/comprehension").data

    assert b"correct" not in page
    assert b" checked" not in page
