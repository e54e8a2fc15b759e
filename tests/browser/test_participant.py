"""Real Chromium takes the study from a real server."""

from typing import Any

from playwright.sync_api import Page, Route
from sqlalchemy import select

from study_server.config import ServerConfig
from study_server.db import Database
from study_server.endurance.server import ServerProcess
from study_server.models import Response, StudySession, Trial
from tests.browser.visit import CHOICE, Visit
from tests.study_server.study_fixture import STUDY_ID

N_TRIALS = 4 + 8 + 4  # practice, main, catch


def stored_responses(config: ServerConfig) -> list[Response]:
    database = Database(config.resolved_database_url)
    with database.read() as db:
        query = select(Response).join(Trial).order_by(Trial.trial_index)
        rows = list(db.scalars(query))
    database.close()
    return rows


def watch_acknowledgements(page: Page) -> list[str]:
    """Response ids, as the server acknowledges them to this page."""
    acknowledged: list[str] = []

    def note(answer: Any) -> None:
        if answer.url.endswith("/api/responses") and answer.ok:
            acknowledged.append(answer.request.post_data_json["response_id"])

    page.on("response", note)
    return acknowledged


def start(page: Page, server: ServerProcess) -> Visit:
    """One who uses the mouse, before the first page."""
    return Visit(page, f"{server.url}/s/{STUDY_ID}/", "mouse")


def test_a_killed_server_loses_nothing_and_resumes_at_the_same_trial(
    page: Page, server: ServerProcess, config: ServerConfig
) -> None:
    acknowledged = watch_acknowledgements(page)
    visit = start(page, server)
    visit.begin()
    for _ in range(5):
        visit.answer_next()
    page.wait_for_selector(CHOICE)

    server.kill_all()
    visit.choose()
    page.wait_for_selector("#notice:not([hidden])")
    shown_while_down = page.inner_text("#progress-text")
    server.start()
    page.wait_for_selector(CHOICE)
    before = images_on(page)
    server.kill_all()
    server.start()
    page.reload()
    page.wait_for_selector(CHOICE)

    assert shown_while_down == "Trial 3 of 12"
    assert images_on(page) == before
    while visit.answer_next():
        pass
    visit.answer_questions()
    stored = [row.response_id for row in stored_responses(config)]
    assert len(stored) == N_TRIALS
    assert set(acknowledged) == set(stored)


def images_on(page: Page) -> list[str | None]:
    """Ids of all images shown, in order: each stands for a trial, a side, an image."""
    images = page.locator("#trial img").all()
    return [image.get_attribute("data-image-id") for image in images]


def test_a_picture_that_fails_at_first_delays_the_trial_and_not_the_clock(
    page: Page, server: ServerProcess, config: ServerConfig
) -> None:
    failed: set[str] = set()

    def fail_once(route: Route) -> None:
        if route.request.url in failed:
            route.continue_()
        else:
            failed.add(route.request.url)
            route.abort()

    page.route("**/image/*", fail_once)
    visit = start(page, server)
    visit.begin()

    assert visit.answer_next()
    page.wait_for_selector("#feedback:not([hidden])")

    assert len(failed) >= 10
    row = stored_responses(config)[0]
    assert 0 <= row.rt_ms < 5_000


def test_the_back_button_shows_the_present_trial(
    page: Page, server: ServerProcess, config: ServerConfig
) -> None:
    visit = start(page, server)
    visit.begin()
    visit.answer_next()

    page.go_back()

    page.wait_for_url("**/trial")
    database = Database(config.resolved_database_url)
    with database.read() as db:
        assert len(db.scalars(select(StudySession)).all()) == 1
    database.close()


def test_a_lasting_refusal_ends_in_one_calm_message_and_a_way_on(
    page: Page, server: ServerProcess, config: ServerConfig
) -> None:
    visit = start(page, server)
    visit.begin()
    page.route(
        "**/api/trial", lambda route: route.fulfill(status=422, json={"error": "no"})
    )
    trouble = page.locator("[data-interlude=trouble]:not([hidden])")
    page.goto(page.url)
    trouble.wait_for()

    assert "continue where you were" in trouble.inner_text()
    page.unroute("**/api/trial")
    trouble.locator("button.primary").click()
    page.wait_for_selector("[data-interlude=practice]:not([hidden])")
    while visit.answer_next():
        pass
    assert len(stored_responses(config)) == N_TRIALS


def test_a_double_click_answers_once(
    page: Page, server: ServerProcess, config: ServerConfig
) -> None:
    visit = start(page, server)
    visit.begin()
    for _ in range(4):
        visit.answer_next()
    page.click("#feedback button")
    page.click("[data-interlude=main] button.primary")
    page.wait_for_selector(CHOICE)

    page.dblclick("#answers button[data-key='1']", delay=150)
    page.wait_for_timeout(500)

    assert len(stored_responses(config)) == 5
    assert page.inner_text("#progress-text") == "Trial 2 of 12"
