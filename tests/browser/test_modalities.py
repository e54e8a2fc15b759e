"""3.10–3.13: each task by mouse, by keyboard and by touch alone, from 320 px on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.player import UNLOCKED
from tests.browser.seats import Hall, open_hall
from tests.study_server.study_fixture import tiny_definition

TASKS = ("two_alternative", "rating", "occlusion", "manipulation_check")
SIZES = {"320 px": (320, 640), "1024 px": (1024, 768), "200 % zoom": (640, 400)}
DEVICES = ("mouse", "keyboard", "touch")
N_TRIALS = 2
MIN_TARGET_PX = 44
GO_ON = ".interlude[data-interlude]:not([hidden]) button.primary"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    folder: Path = tmp_path_factory.mktemp("modalities")
    definition = tiny_definition(study={"n_slots": 64}, display={"window_gate": "off"})
    with open_hall(folder, definition) as opened:
        yield opened


class Person:
    """One who uses one device only."""

    def __init__(self, page: Page, device: str) -> None:
        self.page = page
        self.device = device

    def press(self, selector: str) -> None:
        """Press the first element in sight, or walk there with Tab."""
        target = self.page.locator(selector).first
        if self.device == "keyboard":
            for _ in range(30):
                if target.evaluate("element => element === document.activeElement"):
                    return self.page.keyboard.press("Enter")
                self.page.keyboard.press("Tab")
            raise AssertionError(f"{selector} cannot be reached with Tab")
        return target.tap() if self.device == "touch" else target.click()

    def answer(self, task: str) -> None:
        """One answer: certain of image B, or 50 and a bit."""
        self.page.wait_for_selector("#trial:not([hidden]) .photo img")
        if task != "rating":
            self.page.wait_for_selector(UNLOCKED)
            if self.device == "keyboard":
                return self.page.keyboard.press("6")
            return self.press("button[data-choice=right][data-confidence='3']")
        if self.device == "keyboard":
            self.page.keyboard.press("ArrowRight")
            return self.page.keyboard.press("Enter")
        self.press("#rating input")
        return self.press("#rating button")


def has_room(page: Page) -> None:
    """No sideways scrolling, and targets that fingers can hit."""
    assert page.evaluate("document.documentElement.scrollWidth") <= (
        page.viewport_size or {}
    ).get("width", 0)
    for target in page.locator("#trial button:visible, #rating input:visible").all():
        box = target.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= MIN_TARGET_PX


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("device", DEVICES)
def test_every_task_can_be_done_with(
    browser: Browser, hall: Hall, device: str, size: str
) -> None:
    width, height = SIZES[size]
    for task in TASKS:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            device_scale_factor=2 if size == "200 % zoom" else 1,
            has_touch=device == "touch",
        )
        page, person = context.new_page(), None
        seat = hall.seat(context)
        hall.change_task(seat, task)
        person = Person(page, device)
        page.goto(seat.url)
        page.wait_for_selector(GO_ON)
        person.press(GO_ON)
        for number in range(1, N_TRIALS + 1):
            page.locator("#progress-text", has_text=f"Trial {number} of").wait_for()
            person.answer(task)
            if number == 1:
                has_room(page)
        page.locator("#progress-text", has_text=f"Trial {N_TRIALS + 1} of").wait_for()

        rows = hall.responses(seat)
        assert {row.input_modality for row in rows} == {device}
        if task == "rating":
            assert all(40 <= (row.rating or 0) <= 60 for row in rows)
            assert {row.choice for row in rows} == {None}
        else:
            assert {(row.choice, row.confidence) for row in rows} == {("right", 3)}
        assert len(rows) == N_TRIALS
        context.close()
