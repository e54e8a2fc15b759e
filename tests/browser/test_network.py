"""3.6–3.8: loading over a bad link, and going on without an image."""

from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest
from playwright.sync_api import Browser, Route
from sqlalchemy import select

from study_server.models import Appearance, NotShown, Trial
from tests.browser.drivers import ANSWER_AFTER, QUICK_TIMERS
from tests.browser.outbox_page import wait_until_sent
from tests.browser.seats import Hall, open_hall
from tests.browser.slow_link import slow_down, waits_ms
from tests.study_server.study_fixture import tiny_definition

N_TRIALS = 11
N_IMAGES = 8 + 2


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    folder: Path = tmp_path_factory.mktemp("network")
    definition = tiny_definition(display={"window_gate": "off"})
    with open_hall(folder, definition) as opened:
        yield opened


def answer_after(delay_ms: int, n_trials: int) -> str:
    return ANSWER_AFTER % {"delay_ms": delay_ms, "n_trials": n_trials}


def test_on_a_slow_link_that_fails_every_trial_is_complete(
    browser: Browser, hall: Hall
) -> None:
    """3.8 in short; `python -m tests.benchmarks.slow_link` measures it in full."""
    page = browser.new_page()
    page.add_init_script(answer_after(600, N_TRIALS))
    seat = hall.seat(page.context)
    failed = slow_down(page, rng_seed=3)

    page.goto(seat.url, wait_until="commit")
    page.locator("#progress-text", has_text="Trial 12 of").wait_for(timeout=90_000)
    wait_until_sent(page)

    rows = hall.responses(seat)
    assert len(failed) > 0
    assert len(rows) == N_TRIALS
    assert [done["n_whole"] for done in page.evaluate("injected")] == (
        [N_IMAGES] * N_TRIALS
    )
    assert median(waits_ms(rows)) < 300
    page.context.close()


def test_a_trial_whose_image_stays_missing_comes_last_of_its_kind_then_is_left_out(
    browser: Browser, hall: Hall
) -> None:
    """3.7: it is never shown in part, and the session goes on.

    Until then the others of its kind step forward, and what kind stands where stays.
    """
    page = browser.new_page()
    page.add_init_script(QUICK_TIMERS)
    seat = hall.seat(page.context)
    with hall.database() as database, database.read() as db:
        block = db.scalars(
            select(Trial)
            .where(Trial.session_id == seat.session_id, Trial.block_index == 0)
            .order_by(Trial.trial_index)
        ).all()
        place = Appearance.place == "right"
        first = Appearance.trial_id == block[0].trial_id
        missing = db.scalars(select(Appearance.image_id).where(place, first)).one()
    n_requests = 0

    def refuse(route: Route) -> None:
        nonlocal n_requests
        n_requests += 1
        route.abort()

    page.route(f"**/image/{missing}", refuse)
    page.goto(seat.url)
    page.click("[data-interlude=main]:not([hidden]) button.primary")
    for number in (1, 2):
        page.wait_for_selector("#answers .photo img")
        page.keyboard.press("1")
        page.locator("#progress-text", has_text=f"Trial {number + 1} of").wait_for()
    page.wait_for_selector("[data-interlude=break]:not([hidden])")
    wait_until_sent(page)

    with hall.database() as database, database.read() as db:
        given_up = list(db.scalars(select(NotShown.trial_id)))
    answered = [row.trial_id for row in hall.responses(seat)]
    assert given_up == [block[0].trial_id]
    kind = block[0].trial_kind
    alike = [each for each in block[1:] if each.trial_kind == kind]
    order = iter([*alike, block[0]])
    going_on = [next(order) if each.trial_kind == kind else each for each in block]
    assert len(alike) == 1
    assert answered == [each.trial_id for each in going_on if each is not block[0]]
    assert n_requests >= 2 * 6
    page.context.close()
