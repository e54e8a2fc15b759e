"""F4, F6, F7 and F8: what happens between a browser and us, in a real browser."""

from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from study_server.endurance.ledger import Ledger
from study_server.endurance.oracle import judge
from study_server.models import Response
from tests.browser.outbox_page import (
    NO_INDEXED_DB,
    QUICK_BACK_OFF,
    answer_with,
    go_offline,
    kept_entries,
    wait_until_sent,
)
from tests.browser.reopening import GO_ON, answer, images_on, open_trial
from tests.browser.seats import Hall, Seat, open_hall
from tests.browser.visit import CHOICE as UNLOCKED
from tests.study_server.study_fixture import tiny_definition

LOADING = "#loading:not([hidden])"
NOTICE = "#notice:not([hidden])"
NO_PAGE_YET = "Not attached to an active page"
RELOADS_WITHIN_S = 5
CLOCK_JUMP = """
(() => {
  const [real, jumpMs] = [Date.now, %(jump_ms)s];
  const now = () => real() + (performance.now() > 1500 ? jumpMs : 0);
  Date.now = now;
  window.Date = new Proxy(Date, {
    construct: (target, given) => new target(...(given.length ? given : [now()])),
  });
})();
"""
"""The computer's clock is put right, or summer time begins, in the first trial."""


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    folder: Path = tmp_path_factory.mktemp("faults")
    definition = tiny_definition(study={"n_slots": 64}, display={"window_gate": "off"})
    with open_hall(folder, definition) as opened:
        yield opened


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(locale="en-GB", timezone_id="Europe/Berlin")
    made.add_init_script(QUICK_BACK_OFF)
    yield made
    made.close()


def start(context: BrowserContext, hall: Hall) -> tuple[Page, Seat]:
    """A tab that stands at its first trial."""
    seat = hall.seat(context)
    return open_trial(context, seat), seat


def answer_all(page: Page, n_times: int) -> None:
    """Give answers, one trial after the other."""
    for _ in range(n_times):
        answer(page)


def finish(page: Page) -> None:
    """Answer until the questions come."""
    while not page.url.endswith("/questions"):
        page.wait_for_selector(f"{UNLOCKED}, {GO_ON}, #strategy")
        if page.locator(GO_ON).count():
            page.click(GO_ON)
        elif page.locator(UNLOCKED).count():
            page.keyboard.press("5")
            page.wait_for_timeout(60)


def reload_at_once(page: Page) -> None:
    """Reload, whatever the page is doing, as soon as Chromium has a page to reload.

    It has none for the moment in which one document takes the place of another.
    """
    deadline_s = monotonic() + RELOADS_WITHIN_S
    while True:
        try:
            page.reload(wait_until="commit")
        except Error as error:
            if NO_PAGE_YET not in error.message or monotonic() > deadline_s:
                raise
            page.wait_for_timeout(10)
        else:
            return


def check(hall: Hall, seat: Seat, n_responses: int) -> list[Response]:
    """Everything is stored once, and in a whole chain."""
    rows = hall.responses(seat)
    with hall.database() as database:
        verdict = judge(Ledger(), database)
    assert verdict.is_clean, verdict
    assert len(rows) == n_responses
    return rows


@pytest.mark.parametrize("status", [500, 503, 429, 413, 0])
def test_f4_bursts_of_refusals_delay_answers_and_lose_none(
    context: BrowserContext, hall: Hall, status: int
) -> None:
    """F4, 8.8: 413 and 429 too; 0 is a connection that is reset."""
    page, seat = start(context, hall)
    statuses = [status] * 3
    answer_with(page, statuses)

    answer_all(page, 3)
    wait_until_sent(page)

    check(hall, seat, 3)
    assert statuses == []


def test_f6_offline_answers_are_kept_and_told_and_the_sixth_waits(
    context: BrowserContext, hall: Hall
) -> None:
    """F6, 4.1, 4.2: the notice is true, five wait, and nothing is asked for twice."""
    page, seat = start(context, hall)
    go_offline(context)

    answer_all(page, 4)
    notice = page.locator(NOTICE)
    expect(notice).to_contain_text("Not saved yet: 4")
    said = [notice.inner_text(), page.inner_text("#live")]
    kept = kept_entries(page)

    assert len(kept) == 4
    assert "This browser keeps your answers" in said[0]
    assert hall.responses(seat) == []
    page.keyboard.press("1")
    page.wait_for_selector(LOADING)
    expect(page.locator("#loading-text")).to_contain_text("0 of 5 answers are saved")
    go_offline(context, is_offline=False)
    notice.wait_for(state="hidden")
    wait_until_sent(page)
    finish(page)
    check(hall, seat, 12)


def test_f6_a_closed_tab_keeps_what_could_not_be_sent(
    context: BrowserContext, hall: Hall
) -> None:
    """F6, 3.15: reopened online, the same trial comes with the same sides."""
    page, seat = start(context, hall)
    go_offline(context)
    answer_all(page, 2)
    page.wait_for_selector(UNLOCKED)
    shown = images_on(page)
    page.close(run_before_unload=False)
    go_offline(context, is_offline=False)

    again = open_trial(context, seat)

    assert images_on(again) == shown
    rows = check(hall, seat, 2)
    assert [row.n_onsets for row in rows] == [1, 1]
    answer(again)
    wait_until_sent(again)
    assert hall.responses(seat)[2].n_onsets == 2


def test_f6_without_a_database_the_page_waits_for_each_answer_and_says_so(
    context: BrowserContext, hall: Hall
) -> None:
    """4.7: a private window; the words promise nothing that it cannot keep."""
    context.add_init_script(NO_INDEXED_DB)
    page, seat = start(context, hall)
    answer(page)
    page.wait_for_selector(UNLOCKED)  # the panel comes before the options
    shown = images_on(page)
    go_offline(context)

    page.keyboard.press("1")
    notice = page.locator(NOTICE)
    notice.wait_for()

    assert "keep this page open" in notice.inner_text()
    assert "keeps" not in notice.inner_text()
    assert images_on(page) == shown
    go_offline(context, is_offline=False)
    notice.wait_for(state="hidden")
    check(hall, seat, 2)


@pytest.mark.parametrize("jump_ms", [-86_400_000, 86_400_000, 3_600_000])
def test_f7_a_clock_that_is_a_day_off_or_jumps_changes_no_time_and_loses_nothing(
    context: BrowserContext, hall: Hall, jump_ms: int
) -> None:
    """F7: reaction times are the page's clock's; arrival is the server's."""
    context.add_init_script(CLOCK_JUMP % {"jump_ms": jump_ms})
    page, seat = start(context, hall)
    page.wait_for_timeout(1600)

    answer_all(page, 2)
    wait_until_sent(page)

    rows = check(hall, seat, 2)
    assert all(0 < row.rt_ms < 60_000 for row in rows)
    assert not any(row.is_late for row in rows)
    assert (rows[1].received_at - rows[0].received_at).total_seconds() < 60


def test_f8_two_tabs_and_a_storm_of_reloads_store_each_answer_once(
    context: BrowserContext, hall: Hall
) -> None:
    """F8, 3.16: what the older tab could not send is sent by the newer one."""
    old, seat = start(context, hall)
    go_offline(context)
    answer_all(old, 2)
    go_offline(context, is_offline=False)
    new = context.new_page()
    new.goto(seat.url)
    new.click("[data-interlude=elsewhere]:not([hidden]) button.primary")
    old.wait_for_selector("[data-interlude=taken]:not([hidden])")
    for _ in range(6):
        reload_at_once(new)
    new.wait_for_selector(f"{UNLOCKED}, {GO_ON}")
    new.go_back()
    new.go_forward()
    finish(new)

    check(hall, seat, 12)
