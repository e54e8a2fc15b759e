"""3.1–3.5: what is measured, against what was really done."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.drivers import ANSWER_AFTER, DELAY_IMAGE, HIDE
from tests.browser.outbox_page import wait_until_sent
from tests.browser.seats import Hall, Seat, open_hall
from tests.browser.timing import DELAY_MS, Recovery
from tests.browser.visit import CHOICE
from tests.study_server.study_fixture import tiny_definition

N_SESSIONS = 4
N_TRIALS = 26
"""Of a session, which has two more."""


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    folder: Path = tmp_path_factory.mktemp("timing")
    definition = tiny_definition(study={"n_slots": 64}, display={"window_gate": "off"})
    with open_hall(folder, definition, n_features=26) as opened:
        yield opened


def open_page(browser: Browser, hall: Hall, *scripts: str) -> tuple[Page, Seat]:
    """A page that is about to start its trials, with scripts of ours before its own."""
    page = browser.new_context(viewport={"width": 360, "height": 640}).new_page()
    for script in scripts:
        page.add_init_script(script)
    seat = hall.seat(page.context)
    page.goto(seat.url, wait_until="commit")
    return page, seat


def answer_after(delay_ms: int, n_trials: int) -> str:
    return ANSWER_AFTER % {"delay_ms": delay_ms, "n_trials": n_trials}


def is_at_trial(page: Page, number: int) -> None:
    page.locator("#progress-text", has_text=f"Trial {number} of").wait_for()


def test_an_injected_delay_is_recovered_in_a_hundred_trials(
    browser: Browser, hall: Hall
) -> None:
    """3.3. Several sessions at a time: a press that came late was late in truth too."""
    script = answer_after(DELAY_MS, N_TRIALS)
    opened = [open_page(browser, hall, script) for _ in range(N_SESSIONS)]

    rt_ms, errors_ms = [], []
    for page, seat in opened:
        is_at_trial(page, N_TRIALS + 1)
        wait_until_sent(page)
        rows, truth = hall.responses(seat), page.evaluate("injected")
        for row, done in zip(rows, truth, strict=True):
            rt_ms.append(row.rt_ms)
            errors_ms.append(row.rt_ms - (done["sent"] - done["onset"]))
        page.context.close()

    assert len(rt_ms) >= 100
    assert Recovery(rt_ms=rt_ms, errors_ms=errors_ms).is_within_limits


def test_onset_and_answer_are_the_frame_and_the_press_themselves(
    browser: Browser, hall: Hall
) -> None:
    """3.1, 3.2: the frame that shows the options; the event's own time stamp."""
    page, seat = open_page(browser, hall, answer_after(40, 3))
    is_at_trial(page, 4)
    wait_until_sent(page)

    truth: list[dict[str, Any]] = page.evaluate("injected")
    rows = hall.responses(seat)

    for row, done in zip(rows, truth, strict=True):
        assert row.onset_ms == pytest.approx(done["onset"], abs=0.1)
        assert row.response_ms == pytest.approx(done["sent"], abs=0.1)
        assert row.panel_onset_ms is not None
        assert row.panel_onset_ms < row.onset_ms
        assert row.unlocked_ms == row.onset_ms
        assert row.onset_method == "raf_after_decode"
        assert set(row.automation_signals) == {"untrusted_event", "webdriver"}
        assert row.shown_at is not None
        assert abs((row.received_at - row.shown_at).total_seconds()) < 5
    assert len(rows) == len(truth) == 3
    page.context.close()


def test_a_slow_image_delays_the_onset_and_not_the_clock(
    browser: Browser, hall: Hall
) -> None:
    """3.1, 3.6: nothing of the trial is seen before; the wait is told in bytes."""
    slow = DELAY_IMAGE % {"index": 9, "delay_ms": 2000}
    page, seat = open_page(browser, hall, answer_after(100, 1), slow)

    page.wait_for_selector("#loading:not([hidden])")
    told = page.inner_text("#loading-text")
    n_seen = page.locator("#trial img").count()
    is_at_trial(page, 2)
    wait_until_sent(page)

    row = hall.responses(seat)[0]
    assert told.startswith("Loading the pictures: ")
    assert told.endswith(" kB")
    assert n_seen == 0
    assert row.panel_onset_ms is not None
    assert row.panel_onset_ms > 2000
    assert row.rt_ms < 1000
    page.context.close()


def test_a_hidden_tab_is_flagged_with_its_duration(
    browser: Browser, hall: Hall
) -> None:
    """3.4: as an event with start and duration, and summed in its trial only.

    Chromium without a screen hides no tab, neither behind another nor with its window
    minimized, so the page is told what it would be told.
    """
    page, seat = open_page(browser, hall)
    page.click(".interlude[data-interlude]:not([hidden]) button.primary")
    page.wait_for_selector(CHOICE)

    hidden_at = page.evaluate(HIDE, True)
    page.wait_for_timeout(300)
    seen_at = page.evaluate(HIDE, False)
    page.set_viewport_size({"width": 900, "height": 700})
    page.wait_for_timeout(100)
    for number in (2, 3):
        page.wait_for_selector(CHOICE)
        page.keyboard.press("1")
        is_at_trial(page, number)
    wait_until_sent(page)

    first, second = hall.responses(seat)
    assert first.hidden_ms == pytest.approx(seen_at - hidden_at, abs=2)
    assert first.hidden_ms >= 300
    assert (first.n_resizes, second.n_resizes) == (1, 0)
    assert second.hidden_ms == 0
    events = hall.events(seat)
    assert [(each.event, each.value) for each in events] == [
        ("hidden", None),
        ("resize", "900x700"),
    ]
    assert events[0].start_ms == pytest.approx(hidden_at, abs=2)
    assert events[0].duration_ms == first.hidden_ms
    assert {each.trial_id for each in events} == {first.trial_id}
    page.context.close()


def test_a_window_that_lost_the_focus_is_flagged_with_its_duration(
    browser: Browser, hall: Hall
) -> None:
    """3.4: here another page really comes to the front."""
    page, seat = open_page(browser, hall)
    network = page.context.new_cdp_session(page)
    network.send("Emulation.setFocusEmulationEnabled", {"enabled": False})
    page.bring_to_front()
    page.click(".interlude[data-interlude]:not([hidden]) button.primary")
    page.wait_for_selector(CHOICE)

    other = page.context.new_page()
    other.bring_to_front()
    page.wait_for_function("() => !document.hasFocus()")
    page.wait_for_timeout(300)
    page.bring_to_front()
    page.wait_for_function("() => document.hasFocus()")
    page.click("#answers button[data-key='1']")
    is_at_trial(page, 2)
    wait_until_sent(page)

    (row,) = hall.responses(seat)
    assert row.blurred_ms >= 300
    assert row.rt_ms > row.blurred_ms
    assert row.hidden_ms == 0
    blurred = [each for each in hall.events(seat) if each.event == "blurred"]
    assert row.blurred_ms == pytest.approx(sum(e.duration_ms for e in blurred), abs=50)
    page.context.close()
