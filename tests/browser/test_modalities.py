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


def has_room(page: Page, width: int) -> None:
    """No sideways scrolling, and targets that fingers can hit."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    targets = page.locator("#trial :is(button, input[type=range]):visible")
    sizes = targets.evaluate_all(
        "all => all.map(each => each.getBoundingClientRect())"
        ".map(({ width, height }) => Math.min(width, height))"
    )
    assert len(sizes) in {2, 6}
    assert min(sizes) >= MIN_TARGET_PX


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("task", TASKS)
def test_a_task_can_be_done_with_one_device_alone(
    browser: Browser, hall: Hall, task: str, device: str
) -> None:
    """Sizes take turns: each meets every task, and every device."""
    size = list(SIZES)[(TASKS.index(task) + DEVICES.index(device)) % len(SIZES)]
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=2 if size == "200 % zoom" else 1,
        has_touch=device == "touch",
    )
    page, seat = context.new_page(), hall.seat(context)
    hall.change_task(seat, task)
    person = Person(page, device)

    page.goto(seat.url)
    page.wait_for_selector(GO_ON)
    person.press(GO_ON)
    for number in range(1, N_TRIALS + 1):
        page.locator("#progress-text", has_text=f"Trial {number} of").wait_for()
        page.wait_for_selector("#trial:not([hidden]) .option .photo img")
        page.wait_for_timeout(350)  # sooner would be the second half of a double click
        has_room(page, width)
        person.answer(task)
    page.locator("#progress-text", has_text=f"Trial {N_TRIALS + 1} of").wait_for()

    rows = hall.responses(seat)
    assert {row.input_modality for row in rows} == {device}
    assert len(rows) == N_TRIALS
    if task == "rating":
        assert all(40 <= (row.rating or 0) <= 60 for row in rows)
        assert {row.choice for row in rows} == {None}
    else:
        assert {(row.choice, row.confidence) for row in rows} == {("right", 3)}
    context.close()


def test_shortcuts_act_only_among_the_answers_and_can_be_switched_off(
    browser: Browser, hall: Hall
) -> None:
    """3.11, WCAG 2.1.4; a held key answers once."""
    page = browser.new_page()
    seat = hall.seat(page.context)
    page.goto(seat.url)
    page.click(GO_ON)
    page.wait_for_selector(UNLOCKED)

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
    page.wait_for_selector(UNLOCKED)
    page.keyboard.down("1")
    page.keyboard.up("1")
    assert [row.choice for row in hall.responses(seat)] == ["left"]
    page.context.close()


def test_one_polite_region_says_where_one_is_and_images_have_neutral_names(
    browser: Browser, hall: Hall
) -> None:
    """3.13."""
    page = browser.new_page()
    page.goto(hall.seat(page.context).url)
    page.click(GO_ON)
    page.wait_for_selector(UNLOCKED)

    assert page.inner_text("#live").startswith("Trial 1 of 12")
    assert page.locator("[aria-live], [role=status], [role=alert]").count() == 1
    names = [image.get_attribute("alt") for image in page.locator("#trial img").all()]
    assert names == [*(f"Example {n}" for n in range(1, 9)), "Image A", "Image B"]
    page.context.close()
