"""The eight last pages, their codes, and how a session comes to them (6.7)."""

from datetime import timedelta

import pytest
from flask import Flask

from study_server.catalogue import built_in
from study_server.models import (
    Answer,
    ComprehensionAttempt,
    Outcome,
    OutcomeReason,
    PageVisit,
    Response,
    StudySession,
)
from tests.study_server.participant.conftest import Clock, MakeApp
from tests.study_server.participant.records import only_session, rows
from tests.study_server.participant.visitor import ANSWERS, BASE, Visitor
from tests.study_server.study_fixture import tiny_definition

WITH_CODE = (
    "no_consent",
    "screened_out",
    "withdrawn",
    "timed_out",
    "technical_problem",
)
BACK = "https://example.org/back?cc={code}"
RATED = [
    {"name": name, "code": f"CODE-{name}", "return_url": BACK} for name in WITH_CODE
]


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app(outcomes=RATED)


def assert_code(visitor: Visitor, name: str) -> None:
    """The page has the outcome's code and a link back, and no form that redirects."""
    page = visitor.get(f"/{name.replace('_', '-')}").data.decode()
    assert f"CODE-{name}" in page
    assert f'href="https://example.org/back?cc=CODE-{name}"' in page
    assert "<form" not in page
    assert "lab@example.org" in page


def test_declining_has_a_page_and_a_code_and_stores_nothing(visitor: Visitor) -> None:
    visitor.get()
    visitor.post("/decline")

    assert_code(visitor, "no_consent")


def test_stopping_has_a_code(visitor: Visitor) -> None:
    visitor.begin()
    visitor.post("/stop", wish="keep")

    assert_code(visitor, "withdrawn")


@pytest.mark.parametrize(
    "page", ["/device", "/instructions", "/comprehension", "/trial", "/questions"]
)
def test_every_page_has_a_way_to_stop(make_app: MakeApp, page: str) -> None:
    """3.17"""
    visitor = Visitor(make_app(comprehension={"n_items": 3}))
    visitor.start()
    link = f'href="{BASE}/stop"'.encode()
    if page == "/device":
        assert link in visitor.get(page).data
        return
    visitor.check_device()
    if page == "/instructions":
        assert link in visitor.get(page).data
        return
    visitor.read_instructions()
    visitor.get("/comprehension")
    if page == "/comprehension":
        assert link in visitor.get(page).data
        return
    visitor.post("/comprehension", **{"item-1": "1", "item-2": "2", "item-3": "3"})
    assert link in visitor.get("/trial").data
    visitor.answer_all()
    assert link in visitor.get("/questions").data


def test_erasing_leaves_no_row_but_that_someone_withdrew(visitor: Visitor) -> None:
    """3.17, 8.7"""
    visitor.begin()
    visitor.answer_all()
    visitor.get("/questions")

    visitor.post("/stop", wish="erase")
    visitor.get("/withdrawn")

    for table in (Response, PageVisit, ComprehensionAttempt, Answer):
        assert rows(visitor.app, table) == []
    session = only_session(visitor.app)
    assert (session.outcome_reason, session.holds_slot) == (OutcomeReason.ERASE, False)
    assert session.instructions_ms is session.window_width_px is None


def test_who_was_away_too_long_cannot_go_on_but_loses_nothing(
    make_app: MakeApp, clock: Clock
) -> None:
    """3.15"""
    app = make_app(outcomes=RATED, timing={"resume_max_age_minutes": 10})
    visitor = Visitor(app)
    visitor.begin()
    unsent = visitor.response(visitor.trial()["trial_id"])

    clock.ahead = timedelta(minutes=11)

    assert visitor.get("/trial").location == f"{BASE}/timed-out"
    assert_code(visitor, "timed_out")
    assert visitor.send(unsent).status_code == 200
    assert [response.is_late for response in rows(app, Response)] == [True]
    assert not only_session(app).holds_slot


def test_who_stays_may_take_any_time(make_app: MakeApp, clock: Clock) -> None:
    """2.9, 3.14: the lease ends, the session goes on, its last page has the code."""
    app = make_app(timing={"resume_max_age_minutes": 10, "lease_minutes": 15})
    visitor = Visitor(app)
    visitor.begin()
    for _ in range(4):
        clock.ahead += timedelta(minutes=9)
        visitor.send(visitor.response(visitor.trial()["trial_id"]))
    Visitor(app).start()  # takes the slot
    visitor.answer_all()
    visitor.get("/questions")
    visitor.post("/questions", **ANSWERS)

    assert b"CODE-7K2" in visitor.get("/completed").data
    surplus = [each.outcome for each in rows(app, StudySession) if each.is_surplus]
    assert surplus == [Outcome.COMPLETED]


def test_a_technical_problem_ends_with_code_and_reference(visitor: Visitor) -> None:
    visitor.begin()
    assert visitor.get("/technical-problem").status_code == 200

    visitor.post("/technical-problem")

    assert_code(visitor, "technical_problem")
    reference = only_session(visitor.app).session_id[:8].encode()
    assert reference in visitor.get("/technical-problem").data
    assert visitor.trial() == {"next": f"{BASE}/technical-problem"}


def test_the_link_opened_again_leads_to_the_first_outcome(visitor: Visitor) -> None:
    visitor.begin()
    visitor.post("/stop", wish="keep")

    assert visitor.get().location == f"{BASE}/already-took-part"
    page = visitor.get("/already-took-part").data
    assert f'href="{BASE}/withdrawn"'.encode() in page
    assert b"You stopped." in page


@pytest.mark.parametrize(
    "name", sorted({*Outcome} - {Outcome.NO_CONSENT, Outcome.ALREADY_TOOK_PART})
)
def test_every_end_of_a_session_can_be_told_later(name: str) -> None:
    """Who declined, or came again, has no session that ended."""
    assert built_in("en").say(f"outcome.already_took_part.{name}").endswith(".")


@pytest.mark.parametrize(
    "page", ["/screened-out", "/withdrawn", "/timed-out", "/technical-problem"]
)
def test_no_code_is_shown_to_a_session_that_did_not_end_so(
    visitor: Visitor, page: str
) -> None:
    visitor.begin()

    answer = visitor.get(page)

    assert b"CODE-" not in answer.data


def test_a_countdown_is_offered_only_from_20_s(make_app: MakeApp) -> None:
    """3.14"""
    ending = {**RATED[0], "return_after_s": 20}
    visitor = Visitor(make_app(outcomes=[ending]))

    assert b'data-after-s="20"' in visitor.get("/no-consent").data
    with pytest.raises(ValueError, match="return_after_s"):
        tiny_definition(outcomes=[{**ending, "return_after_s": 19}])


@pytest.mark.parametrize(
    ("header", "query", "language"),
    [("", "", "en"), ("de-AT,de;q=0.9", "", "de"), ("de", "?lang=en", "en")],
)
def test_the_language_is_the_browsers_unless_one_is_chosen(
    make_app: MakeApp, header: str, query: str, language: str
) -> None:
    """3.20"""
    app = make_app(languages={"offered": ["en", "de"]})
    visitor = Visitor(app)
    visitor.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = header
    visitor.start(f"/{query}")

    page = visitor.get("/device").data.decode()

    assert f'<html lang="{language}" dir="ltr">' in page
    assert only_session(app).language == language
    assert {visit.language for visit in rows(app, PageVisit)} == {language}


def test_a_quota_that_is_full_leads_to_not_open(make_app: MakeApp) -> None:
    """2.10"""
    words = {"text": "Age?", "answers": {"young": "Young", "old": "Old"}}
    app = make_app(
        questions=[
            {
                "name": "age",
                "kind": "choice",
                "stage": "screening",
                "choices": ["young", "old"],
            }
        ],
        quotas=[{"question": "age", "answer": "old", "max_sessions": 1}],
        texts={"en": {"questions": {"age": words}}},
    )
    ends = []
    for _ in range(2):
        visitor = Visitor(app)
        visitor.start()
        visitor.check_device()
        visitor.get("/screening")
        ends.append(visitor.post("/screening", age="old").location)

    assert ends == [f"{BASE}/instructions", f"{BASE}/not-open"]
    assert visitor.get("/not-open").status_code == 200
