"""Offline in mid-study, the browser killed, the server killed, both started again."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Playwright

from study_server.endurance.ledger import Ledger
from study_server.endurance.oracle import judge
from tests.browser.chromium import ARGUMENTS, chromium_path
from tests.browser.outbox_page import go_offline, kept_entries
from tests.browser.seats import Hall, Seat
from tests.browser.visit import CHOICE as UNLOCKED

GO_ON = ".interlude[data-interlude]:not([hidden]) button.primary"
N_OFFLINE = 3


@dataclass(frozen=True, kw_only=True)
class Reopened:
    """What was seen before and after."""

    images_before: list[str | None]
    images_after: list[str | None]
    n_kept: int
    """Answers in the browser's database when the tab was closed."""
    n_stored: int
    """Answers on the server in the end."""


def reopen(
    playwright: Playwright, hall: Hall, profile: Path, *, offline_s: float
) -> Reopened:
    """Answer online, then offline; close the tab, kill the server, open all again.

    Args:
        profile: folder of a browser that keeps what it is given.
        offline_s: how long the connection is away, in seconds.
    """
    with open_browser(playwright, profile) as context:
        seat = hall.seat(context)
        page = open_trial(context, seat)
        answer(page)
        while kept_entries(page):
            page.wait_for_timeout(50)
        go_offline(context)
        for _ in range(N_OFFLINE):
            answer(page)
        page.wait_for_timeout(1000 * offline_s)
        before, n_kept = images_on(page), len(kept_entries(page))
        page.close(run_before_unload=False)
        hall.process.kill_all()
    with open_browser(playwright, profile) as context:
        hall.process.start()
        page = open_trial(context, seat)
        after = images_on(page)
        while kept_entries(page):
            page.wait_for_timeout(50)
        n_stored = len(hall.responses(seat))
    with hall.database() as database:
        verdict = judge(Ledger(), database)
    assert verdict.is_clean, verdict
    return Reopened(
        images_before=before, images_after=after, n_kept=n_kept, n_stored=n_stored
    )


@contextmanager
def open_browser(playwright: Playwright, profile: Path) -> Iterator[BrowserContext]:
    """A browser of its own, on a profile that outlives it."""
    context = playwright.chromium.launch_persistent_context(
        profile, executable_path=str(chromium_path()), args=list(ARGUMENTS)
    )
    yield context
    context.close()


def open_trial(context: BrowserContext, seat: Seat) -> Page:
    """The session's trial in a new tab, whatever is said before it."""
    page = context.new_page()
    page.goto(seat.url)
    page.wait_for_selector(f"{UNLOCKED}, {GO_ON}")
    if page.locator(GO_ON).count():
        page.click(GO_ON)
    page.wait_for_selector(UNLOCKED)
    return page


def answer(page: Page) -> None:
    """Answer the trial that is shown, and wait for the next one."""
    while not page.locator(UNLOCKED).count():
        page.wait_for_selector(f"{UNLOCKED}, {GO_ON}")
        if page.locator(GO_ON).count():
            page.click(GO_ON)
    images = images_on(page)
    page.keyboard.press("2")
    page.wait_for_function(
        "before => JSON.stringify([...document.querySelectorAll('#trial img')]"
        ".map(each => each.dataset.imageId)) !== JSON.stringify(before)",
        arg=images,
    )


def images_on(page: Page) -> list[str | None]:
    """Ids of all images, in order: each stands for a trial and a side."""
    images = page.locator("#trial img").all()
    return [image.get_attribute("data-image-id") for image in images]
