"""Real Chromium takes the study from a real server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import func, select

from study_server.models import Response, StudySession
from tests.browser.double_click import double_click
from tests.browser.outbox_page import wait_until_sent
from tests.browser.seats import Hall, open_hall
from tests.browser.visit import CHOICE, Visit
from tests.study_server.study_fixture import STUDY_ID, tiny_definition

N_PRACTICE = 2
N_SCORED = 4 + 2  # four main trials in two blocks, each with a catch trial
N_TRIALS = N_PRACTICE + N_SCORED


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """One server for all, and a session of its own for each."""
    folder: Path = tmp_path_factory.mktemp("participant")
    definition = tiny_definition(
        design={
            "conditions": ["accentuation", "natural"],
            "features": [f"logit:feature-{n}" for n in range(2, 6)],
        },
        practice={"n_trials": N_PRACTICE, "min_correct": 0, "max_rounds": 1},
    )
    with open_hall(folder, definition) as opened:
        yield opened


def stored_responses(page: Page, hall: Hall) -> list[Response]:
    return hall.responses(hall.taken_seat(page.context, STUDY_ID))


def n_sessions(hall: Hall) -> int:
    with hall.database() as database, database.read() as db:
        return db.scalars(select(func.count()).select_from(StudySession)).one()


def watch_acknowledgements(page: Page) -> list[str]:
    """Response ids, as the server acknowledges them to this page."""
    acknowledged: list[str] = []

    def note(answer: Any) -> None:
        if answer.url.endswith("/api/responses") and answer.ok:
            acknowledged.append(answer.request.post_data_json["response_id"])

    page.on("response", note)
    return acknowledged


def start(page: Page, hall: Hall) -> Visit:
    """One who uses the mouse, before the first page."""
    return Visit(page, f"{hall.process.url}/s/{STUDY_ID}/", "mouse")


def test_a_killed_server_loses_nothing_and_resumes_at_the_same_trial(
    page: Page, hall: Hall
) -> None:
    acknowledged = watch_acknowledgements(page)
    visit = start(page, hall)
    visit.begin()
    for _ in range(N_PRACTICE + 1):
        visit.answer_next()
    page.wait_for_selector(CHOICE)

    hall.process.kill_all()
    visit.choose()
    page.wait_for_selector("#notice:not([hidden])")
    shown_while_down = page.inner_text("#progress-text")
    hall.process.start()
    page.wait_for_selector(CHOICE)
    before = images_on(page)
    hall.process.kill_all()
    hall.process.start()
    page.reload()
    page.wait_for_selector(CHOICE)

    assert shown_while_down == f"Trial 3 of {N_SCORED}"
    assert images_on(page) == before
    while visit.answer_next():
        pass
    visit.answer_questions()
    stored = [row.response_id for row in stored_responses(page, hall)]
    assert len(stored) == N_TRIALS
    assert set(acknowledged) == set(stored)


def images_on(page: Page) -> list[str | None]:
    """Ids of all images shown, in order: each stands for a trial, a side, an image."""
    images = page.locator("#trial img").all()
    return [image.get_attribute("data-image-id") for image in images]


def test_a_picture_that_fails_at_first_delays_the_trial_and_not_the_clock(
    page: Page, hall: Hall
) -> None:
    failed: set[str] = set()

    def fail_once(route: Route) -> None:
        if route.request.url in failed:
            route.continue_()
        else:
            failed.add(route.request.url)
            route.abort()

    page.route("**/image/*", fail_once)
    visit = start(page, hall)
    visit.begin()

    assert visit.answer_next()
    page.wait_for_selector("#feedback:not([hidden])")

    assert len(failed) >= 10
    row = stored_responses(page, hall)[0]
    assert 0 <= row.rt_ms < 5_000


def test_the_back_button_shows_the_present_trial(page: Page, hall: Hall) -> None:
    n_before = n_sessions(hall)
    visit = start(page, hall)
    visit.begin()
    visit.answer_next()

    page.go_back()

    page.wait_for_url("**/trial")
    assert n_sessions(hall) == n_before + 1


def test_a_lasting_refusal_ends_in_one_calm_message_and_a_way_on(
    page: Page, hall: Hall
) -> None:
    visit = start(page, hall)
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
    assert len(stored_responses(page, hall)) == N_TRIALS


def test_a_double_click_answers_once(page: Page, hall: Hall) -> None:
    seat = hall.seat(page.context)
    page.goto(seat.url)
    page.click("[data-interlude=main] button.primary")
    page.wait_for_selector(CHOICE)

    double_click(page, "#answers button[data-key='1']")
    progress = page.locator("#progress-text")
    expect(progress).to_have_text(f"Trial 2 of {N_SCORED}")
    page.wait_for_timeout(500)  # another answer would be on its way by now
    wait_until_sent(page)

    assert len(hall.responses(seat)) == 1
    expect(progress).to_have_text(f"Trial 2 of {N_SCORED}")
