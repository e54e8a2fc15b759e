"""Walks one case of the matrix and finds out what is wrong with it."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page
from sqlalchemy import select

from study_server.design.definition import StudyDefinition
from study_server.models import Appearance, Trial
from tests.browser.matrix import WINDOWS, Case, Window
from tests.browser.pages import look
from tests.browser.person import Device
from tests.browser.seats import Hall
from tests.browser.studies import CODES, definition_of
from tests.browser.visit import Visit

SEEN = """() => {
  const probe = document.body.appendChild(document.createElement("div"));
  probe.style.font = "medium serif";
  const text_px = parseFloat(getComputedStyle(probe).fontSize);
  probe.remove();
  return [innerWidth, devicePixelRatio, text_px];
}"""
"""The window as the page finds it: it is the one that was asked for."""


@contextmanager
def open_window(
    browser: Browser, window: Window, device: Device = "mouse"
) -> Iterator[Page]:
    """A page of a browser that has nothing else open; what goes wrong in it counts."""
    context = browser.new_context(
        viewport={"width": window.width_px, "height": window.height_px},
        device_scale_factor=window.pixel_ratio,
        has_touch=device == "touch",
        is_mobile=device == "touch",
        reduced_motion="reduce",
    )
    yield context.new_page()
    context.close()


def walk(
    browser: Browser,
    hall: Hall,
    case: Case,
    *,
    names: frozenset[str] | None = None,
    in_every_scheme: bool = False,
) -> int:
    """Take the whole session; an AssertionError or a time-out says what went wrong.

    Args:
        browser: its size of text is the one that the case asks for.
        names: of the pages to look at closely. None: all of them.
        in_every_scheme: look at them in dark and forced colours, too.

    Returns:
        how many answers were given; 0 where the study asks for a larger window.
    """
    window, definition = WINDOWS[case.size], definition_of(case.study)
    with open_window(browser, window, case.device) as page:
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text))
        looked: set[str] = set()

        def look_once(name: str) -> None:
            if name in looked or (names is not None and name not in names):
                return
            looked.add(name)
            title = f"{case.study}-{case.size}-{case.language}-{name}"
            look(page, title, in_every_scheme=in_every_scheme)
            assert page.evaluate(SEEN) == [
                window.width_px,
                window.pixel_ratio,
                window.text_px,
            ]
            assert page.get_attribute("html", "lang") == case.language, name

        visit = Visit(
            page,
            f"{hall.process.url}/s/{definition.study.study_id}/",
            case.device,
            task=definition.design.task,
            language=case.language,
            look=look_once,
            right_option=lambda image_id: right_option(hall, image_id),
        )
        if has_no_room(definition, window):
            visit.consent()
            visit.give_up_device()
            assert page.inner_text("#completion-code") == CODES["screened_out"]
        else:
            take(visit)
            check_answers(hall, visit, case)
        assert faults == []
        return visit.n_answers


def take(visit: Visit) -> None:
    """The whole session, up to its code."""
    visit.begin()
    visit.take_trials()
    visit.answer_questions()
    assert visit.page.inner_text("#completion-code") == CODES["completed"]


def check_answers(hall: Hall, visit: Visit, case: Case) -> None:
    """What was answered is stored as it was given, by the device that gave it."""
    study_id = definition_of(case.study).study.study_id
    rows = hall.responses(hall.taken_seat(visit.page.context, study_id))
    assert {row.input_modality for row in rows} == {case.device}
    for row, given in zip(rows, visit.given, strict=True):
        if given is None:
            assert 40 <= (row.rating or 0) <= 60
        else:
            assert (row.choice, row.confidence) == given
        assert row.rt_ms == row.response_ms - row.onset_ms


def has_no_room(definition: StudyDefinition, window: Window) -> bool:
    """Whether the study refuses a window so small, and says so at its device check."""
    display = definition.display
    is_narrow = window.width_px < display.min_window_width_px
    is_low = window.height_px < display.min_window_height_px
    return display.window_gate == "block" and (is_narrow or is_low)


def right_option(hall: Hall, image_id: str) -> str | None:
    """What the plan says of the trial that an image belongs to."""
    query = select(Trial.correct_option).join(
        Appearance, Appearance.trial_id == Trial.trial_id
    )
    with hall.database() as database, database.read() as db:
        return db.scalars(query.where(Appearance.image_id == image_id)).one()
