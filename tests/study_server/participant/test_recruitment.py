"""Coming from a platform, and going back to it, page by page (6)."""

from typing import Any

import pytest
from flask import Flask

from study_server.models import Outcome, PlatformIdentity, StudySession
from tests.study_server.participant.conftest import MakeApp
from tests.study_server.participant.records import only_session, rows
from tests.study_server.participant.visitor import BASE, Visitor

PROLIFIC_LINK = "/?PROLIFIC_PID=p1&STUDY_ID=st1&SESSION_ID=sub1"
MTURK_LINK = (
    "/?workerId=w1&assignmentId=a%201&hitId=h1"
    "&turkSubmitTo=https%3A%2F%2Fworkersandbox.mturk.com"
)
SONA_BACK = (
    "https://school.sona-systems.com/webstudy_credit.aspx?experiment_id=7"
    "&credit_token=abc&survey_code={survey_code}"
)


@pytest.fixture
def prolific(make_app: MakeApp) -> Flask:
    return make_app(recruitment={"platform": "prolific"})


def finish(visitor: Visitor, link: str) -> str:
    """The last page of a whole session."""
    visitor.start(link)
    visitor.check_device()
    visitor.read_instructions()
    visitor.answer_all()
    return str(visitor.finish().text)


@pytest.mark.parametrize(
    ("recruitment", "link", "back"),
    [
        (
            {"platform": "prolific"},
            PROLIFIC_LINK,
            "https://app.prolific.com/submissions/complete?cc=CODE-7K2",
        ),
        (
            {"platform": "mturk"},
            MTURK_LINK,
            "https://workersandbox.mturk.com/mturk/externalSubmit"
            "?assignmentId=a+1&amp;surveycode=CODE-7K2",
        ),
        (
            {"platform": "sona", "return_url": SONA_BACK},
            "/?survey_code=12%2034",
            "https://school.sona-systems.com/webstudy_credit.aspx?experiment_id=7"
            "&amp;credit_token=abc&amp;survey_code=12%2034",
        ),
        (
            {
                "platform": "connect",
                "return_url": "https://connect.cloudresearch.com/participant/project/"
                "A1/complete",
            },
            "/?participantId=c1&assignmentId=a1&projectId=q1",
            "https://connect.cloudresearch.com/participant/project/A1/complete",
        ),
        (
            {
                "platform": "generic",
                "parameters": {"participant_id": "participant_label"},
                "return_url": "https://example.org/?who={participant_id}&c={code}",
            },
            "/?participant_label=P7",
            "https://example.org/?who=P7&amp;c=CODE-7K2",
        ),
    ],
    ids=["prolific", "mturk", "sona", "connect", "generic"],
)
def test_the_last_page_has_code_copy_button_and_link_back(
    make_app: MakeApp, recruitment: dict[str, Any], link: str, back: str
) -> None:
    """6.7: the return is a link, never a form redirect; the contact is there."""
    page = finish(Visitor(make_app(recruitment=recruitment)), link)

    assert "CODE-7K2" in page
    assert 'id="copy"' in page
    assert f'href="{back}"' in page
    assert "lab@example.org" in page
    assert "<form" not in page


@pytest.mark.parametrize(
    ("platform", "pays"), [("prolific", True), ("sona", False), ("connect", False)]
)
@pytest.mark.parametrize("name", ["no_consent", "screened_out", "withdrawn"])
def test_an_unpaid_end_goes_back_without_being_paid(
    make_app: MakeApp, platform: str, pays: bool, name: str
) -> None:
    """6.7: one test per outcome and platform; SONA's address itself grants credit."""
    back = {"sona": SONA_BACK, "connect": "https://connect.example/paid"}
    recruitment = {"platform": platform, "return_url": back.get(platform)}
    app = make_app(
        recruitment={key: value for key, value in recruitment.items() if value},
        outcomes=[{"name": name, "code": f"CODE-{name}"}],
    )
    links = {
        "prolific": PROLIFIC_LINK,
        "sona": "/?survey_code=1",
        "connect": "/?participantId=1",
    }
    visitor = Visitor(app)
    visitor.get(links[platform])
    if name == "no_consent":
        visitor.post("/decline")
    else:
        visitor.post("/start", consent="yes")
        act = {"act": "cannot"} if name == "screened_out" else {"wish": "keep"}
        visitor.get("/device")
        visitor.post("/device" if name == "screened_out" else "/stop", **act)

    page = visitor.get(f"/{name.replace('_', '-')}").data.decode()

    assert f"CODE-{name}" in page
    assert ("complete?cc=" in page) is pays
    assert "webstudy_credit" not in page
    assert "connect.example" not in page


def test_a_thousand_looks_take_no_place(prolific: Flask) -> None:
    """6.2: GET never creates, leases or bans."""
    for number in range(1000):
        fetcher = prolific.test_client()
        link = f"{BASE}/?PROLIFIC_PID=p{number % 7}&SESSION_ID=s{number}"
        assert fetcher.get(link).status_code == 200

    assert rows(prolific, StudySession) == []


def test_a_second_browser_goes_on_with_the_session(prolific: Flask) -> None:
    """6.1"""
    first, second = Visitor(prolific), Visitor(prolific)
    first.start(PROLIFIC_LINK)
    first.check_device()

    page = second.get(PROLIFIC_LINK.replace("PROLIFIC_PID", "prolific_pid"))
    assert b"Welcome back" in page.data
    assert second.post("/start", consent="yes").location == f"{BASE}/instructions"

    assert first.get("/instructions").status_code == 200
    assert len(rows(prolific, StudySession)) == 1


def test_who_has_finished_is_told_how_in_any_browser(prolific: Flask) -> None:
    """6.1, 6.7: refused kindly, with the first outcome and without its code."""
    first, second = Visitor(prolific), Visitor(prolific)
    first.start(PROLIFIC_LINK)
    first.post("/stop", wish="keep")

    page = second.get(PROLIFIC_LINK).data.decode()

    assert "You have already taken part" in page
    assert "You stopped." in page
    assert 'href="https://app.prolific.com/"' in page


def test_the_next_person_at_a_shared_computer_gets_a_session_of_their_own(
    prolific: Flask,
) -> None:
    """Complaint 15: rightful participants are not taken for doubles."""
    browser = Visitor(prolific)
    browser.start(PROLIFIC_LINK)

    browser.start(PROLIFIC_LINK.replace("p1", "p2").replace("sub1", "sub2"))

    people = {each.participant_id for each in rows(prolific, PlatformIdentity)}
    assert people == {"p1", "p2"}
    assert len(rows(prolific, StudySession)) == 2


def test_a_link_without_an_id_says_where_to_come_from(prolific: Flask) -> None:
    page = Visitor(prolific).get("/").data

    assert b"Please come from the platform" in page
    assert b"<form" not in page
    assert rows(prolific, StudySession) == []


def test_a_preview_of_a_hit_begins_nothing(make_app: MakeApp) -> None:
    app = make_app(recruitment={"platform": "mturk"})
    visitor = Visitor(app)

    page = visitor.get("/?assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE&hitId=h1")

    assert b"only a preview" in page.data
    assert rows(app, StudySession) == []


def test_no_link_leads_where_somebody_else_put_it(make_app: MakeApp) -> None:
    """`turkSubmitTo` is believed only where it is Mechanical Turk's."""
    link = MTURK_LINK.replace("workersandbox.mturk.com", "evil.example")

    page = finish(Visitor(make_app(recruitment={"platform": "mturk"})), link)

    assert "evil.example" not in page
    assert "CODE-7K2" in page


def test_a_code_of_ones_own_cannot_be_passed_on(make_app: MakeApp) -> None:
    app = make_app(recruitment={"platform": "mturk", "has_own_codes": True})
    first = finish(Visitor(app), "/?workerId=w1&assignmentId=a1")
    second = finish(Visitor(app), "/?workerId=w2&assignmentId=a2")

    codes = [page.split('id="completion-code">')[1][:15] for page in (first, second)]

    assert codes[0].startswith("CODE-7K2-")
    assert codes[0] != codes[1]


def test_erasing_erases_the_platforms_ids(prolific: Flask) -> None:
    """3.17, 8.7"""
    visitor = Visitor(prolific)
    visitor.start(PROLIFIC_LINK)

    visitor.post("/stop", wish="erase")

    assert rows(prolific, PlatformIdentity) == []
    assert only_session(prolific).outcome == Outcome.WITHDRAWN


def test_a_front_end_of_ones_own_hands_the_parameters_on(prolific: Flask) -> None:
    start = {"consent": True, "parameters": {"PROLIFIC_PID": "p1"}}

    def ask(body: dict[str, Any]) -> tuple[int, str]:
        answer = prolific.test_client().post(f"{BASE}/api/session", json=body)
        return answer.status_code, answer.get_data(as_text=True)

    assert ask({"consent": True})[0] == 422
    assert ask(start)[0] == ask(start)[0] == 201
    assert len(rows(prolific, StudySession)) == 1
