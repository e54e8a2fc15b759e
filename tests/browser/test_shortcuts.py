"""3.11, 3.13: what keys do, and what a screen reader is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.outbox_page import wait_until_sent
from tests.browser.seats import Hall, open_hall
from tests.browser.visit import CHOICE
from tests.study_server.study_fixture import tiny_definition

GO_ON = ".interlude[data-interlude]:not([hidden]) button.primary"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    folder: Path = tmp_path_factory.mktemp("shortcuts")
    definition = tiny_definition(study={"n_slots": 64}, display={"window_gate": "off"})
    with open_hall(folder, definition) as opened:
        yield opened


def test_shortcuts_act_only_among_the_answers_and_can_be_switched_off(
    browser: Browser, hall: Hall
) -> None:
    """3.11, WCAG 2.1.4; a held key answers once."""
    page = browser.new_page()
    seat = hall.seat(page.context)
    page.goto(seat.url)
    page.click(GO_ON)
    page.wait_for_selector(CHOICE)

    page.focus("a.stop")
    page.keyboard.press("1")
    page.uncheck("#shortcuts")
    page.focus("#answers")
    page.keyboard.press("1")
    page.check("#shortcuts")
    page.focus("#answers")
    assert hall.responses(seat) == []
    page.keyboard.down("1")
    for _ in range(10):
        page.keyboard.down("1")
        page.wait_for_timeout(20)

    page.locator("#progress-text", has_text="Trial 2 of").wait_for()
    page.wait_for_selector(CHOICE)
    page.keyboard.down("1")
    page.keyboard.up("1")
    wait_until_sent(page)
    assert [row.choice for row in hall.responses(seat)] == ["left"]
    page.context.close()


def test_one_polite_region_says_where_one_is_and_images_have_neutral_names(
    browser: Browser, hall: Hall
) -> None:
    """3.13."""
    page = browser.new_page()
    page.goto(hall.seat(page.context).url)
    page.click(GO_ON)
    page.wait_for_selector(CHOICE)

    expect(page.locator("#live")).to_contain_text("Trial 1 of 12")
    assert page.locator("[aria-live], [role=status], [role=alert]").count() == 1
    names = [image.get_attribute("alt") for image in page.locator("#trial img").all()]
    assert names == [*(f"Example {n}" for n in range(1, 9)), "Image A", "Image B"]
    page.context.close()
