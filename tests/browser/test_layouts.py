"""3.10: no layout of a trial scrolls sideways, in whatever window.

`python -m tests.benchmarks.page_matrix` looks at each task; here it is the widest.
"""

from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.pages import overflow_px
from tests.browser.seats import open_studies
from tests.browser.states import layout_definitions
from tests.browser.visit import PAUSE, RATING

WIDTHS_PX = (320, 735, 736, 1024, 1280)
"""Two of them to both sides of 46rem, where the panels move beside the question."""


def test_a_rating_between_two_panels_fits_every_window(
    browser: Browser, tmp_path: Path
) -> None:
    definition = layout_definitions()["rating-panels_both_sides"]
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    with open_studies(tmp_path, [definition]) as hall:
        seat = hall.seat(page.context, study_id=definition.study.study_id)
        page.goto(seat.url)
        page.click(f"{PAUSE} .primary")
        page.wait_for_selector(RATING)

        overflows = {}
        for width in WIDTHS_PX:
            page.set_viewport_size({"width": width, "height": 800})
            overflows[width] = overflow_px(page)

    assert max(overflows.values()) <= 0, overflows
    page.context.close()
