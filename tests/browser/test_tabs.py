"""3.11, 3.15, 3.16: reloads, two tabs and double clicks."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.double_click import double_click
from tests.browser.outbox_page import wait_until_sent
from tests.browser.seats import Hall, Seat, open_hall
from tests.browser.visit import CHOICE
from tests.study_server.study_fixture import tiny_definition

LOCKED_MS = 800
GO_ON = ".interlude[data-interlude=main]:not([hidden]) button.primary"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    folder: Path = tmp_path_factory.mktemp("tabs")
    definition = tiny_definition(
        study={"n_slots": 64},
        display={"window_gate": "off", "buttons_locked_ms": LOCKED_MS},
    )
    with open_hall(folder, definition) as opened:
        yield opened


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context()
    yield made
    made.close()


def start(context: BrowserContext, hall: Hall) -> tuple[Page, Seat]:
    """A tab in which the first trial has been asked for."""
    page, seat = context.new_page(), hall.seat(context)
    page.goto(seat.url)
    page.click(GO_ON)
    return page, seat


def images_on(page: Page) -> list[str | None]:
    images = page.locator("#trial img").all()
    return [image.get_attribute("data-image-id") for image in images]


def test_a_reload_comes_back_to_the_same_images_and_keeps_the_first_onset(
    context: BrowserContext, hall: Hall
) -> None:
    """3.15: the clock goes on, and the answer says that it was shown twice."""
    page, seat = start(context, hall)
    page.wait_for_selector(CHOICE)
    before = images_on(page)
    page.wait_for_timeout(700)

    page.reload()
    page.click(GO_ON)
    page.wait_for_selector(CHOICE)
    after = images_on(page)
    page.keyboard.press("3")
    page.locator("#progress-text", has_text="Trial 2 of").wait_for()
    wait_until_sent(page)

    (row,) = hall.responses(seat)
    assert after == before
    assert row.n_onsets == 2
    assert row.onset_ms < 0
    assert row.rt_ms == pytest.approx(row.response_ms - row.onset_ms)
    assert row.rt_ms > 700
    assert row.unlocked_ms is not None
    assert 0 < row.unlocked_ms <= row.response_ms
    assert row.shown_at is not None
    assert (row.received_at - row.shown_at).total_seconds() > 0.7


def test_the_newer_tab_takes_over_after_a_question_and_the_older_stops(
    context: BrowserContext, hall: Hall
) -> None:
    """3.16: and the older can have it back."""
    old, seat = start(context, hall)
    old.wait_for_selector(CHOICE)
    images = images_on(old)

    new = context.new_page()
    new.goto(seat.url)
    new.click("[data-interlude=elsewhere]:not([hidden]) button.primary")
    old.wait_for_selector("[data-interlude=taken]:not([hidden])")
    new.click(GO_ON)
    new.wait_for_selector(CHOICE)

    assert images_on(new) == images
    expect(old.locator("#trial img")).to_have_count(0)
    new.keyboard.press("1")
    new.locator("#progress-text", has_text="Trial 2 of").wait_for()
    old.click("[data-interlude=taken] button.primary")
    new.wait_for_selector("[data-interlude=taken]:not([hidden])")
    old.wait_for_selector(CHOICE)
    expect(old.locator("#progress-text")).to_contain_text("Trial 2 of")
    wait_until_sent(old)
    assert len(hall.responses(seat)) == 1


def test_locked_buttons_take_no_press_and_a_double_click_answers_once(
    context: BrowserContext, hall: Hall
) -> None:
    """3.11, and the lock of the presets: a press that began before it ended is none."""
    page, seat = start(context, hall)
    page.wait_for_selector("#trial:not([hidden]) .option .photo img")
    button = page.locator("#answers button[data-key='1']")
    button.dispatch_event("pointerdown")
    page.keyboard.press("1")
    page.wait_for_selector(CHOICE)
    button.dispatch_event("click", {"detail": 1})
    assert page.inner_text("#progress-text").startswith("Trial 1 of")

    page.wait_for_timeout(300)
    double_click(page, "#answers button[data-key='1']")
    page.locator("#progress-text", has_text="Trial 2 of").wait_for()
    page.wait_for_selector(CHOICE)
    wait_until_sent(page)

    (row,) = hall.responses(seat)
    assert row.unlocked_ms is not None
    assert row.unlocked_ms - row.onset_ms >= LOCKED_MS
    assert row.response_ms > row.unlocked_ms
    assert page.inner_text("#progress-text").startswith("Trial 2 of")
