"""The pages before and after the trials, as a simulated participant fills them in."""

import re
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager

from study_server.errors import SimulationError
from study_server.simulation.browser import Browser
from study_server.simulation.forms import Form, find_forms

VIEWPORT_PX = (1280, 800)
ABLE_DEVICE = {
    "has_modules": "yes",
    "has_decode": "yes",
    "has_pointer_events": "yes",
    "has_outbox": "yes",
    "window_width_px": str(VIEWPORT_PX[0]),
    "window_height_px": str(VIEWPORT_PX[1]),
}
"""What the page's script would find."""

USUAL_ANSWERS = {
    "difficulty": "3",
    "strategy": "Simulated: as planned in the observers' file.",
    "images_shown": "yes",
    "data_use": "yes",
}
N_READINGS = 5
"""How often the instructions are tried to be left before something is wrong."""

MISSING_MS = re.compile(r'data-missing-ms="(\d+)"')


def consent(browser: Browser, path: str) -> None:
    """Open the study's link, agree, and pass the device check."""
    browser.open(path)
    browser.submit("consent", consent="yes")
    browser.submit("has_modules", **ABLE_DEVICE)


def read_instructions(browser: Browser, turn: AbstractContextManager[object]) -> None:
    """Turn all pages, and stay on the last as long as the study asks for.

    Args:
        turn: held while requests are sent; given up while reading.
    """
    n_readings = 0
    while has_control(browser, "turn"):
        if (missing := MISSING_MS.search(browser.page)) is not None:
            n_readings += 1
            time.sleep(int(missing[1]) / 1000)
        if n_readings > N_READINGS:
            raise SimulationError(
                "the instructions could not be left after the time the page itself "
                "named"
            )
        with turn:
            browser.submit("turn", turn="on")


def answer_comprehension(browser: Browser, right_answers: Mapping[str, str]) -> None:
    """Right at once: nobody is simulated who does not understand the task."""
    if has_control(browser, "item-1"):
        browser.submit("item-1", **right_answers)


def answer_questions(browser: Browser) -> str:
    """The study's own questions, if the page asks any; returns the next page."""
    for form in find_forms(browser.page):
        answers = _answers(form)
        if answers:
            return browser.submit(next(iter(answers)), **answers)
    return browser.page


def has_control(browser: Browser, name: str) -> bool:
    """Whether a form of the open page has a control of this name."""
    return any(
        name in form.fields
        or name in form.choices
        or name in (button for button, _ in form.buttons)
        for form in find_forms(browser.page)
    )


def _answers(form: Form) -> dict[str, str]:
    """The usual answers, and the first choice of any other question."""
    usual = {
        name: answer
        for name, answer in USUAL_ANSWERS.items()
        if name in form.fields or name in form.choices
    }
    others = {name: values[0] for name, values in form.choices.items()}
    return {**others, **usual}
