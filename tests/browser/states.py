"""What the page of the trials can show: every task in both layouts, and every pause."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, Route

from study_server.design.definition import StudyDefinition
from study_server.design.parts.design import TASKS
from tests.browser.seats import Hall, open_studies
from tests.browser.studies import definition_of
from tests.browser.visit import CHOICE, PAUSE, RATING

LAYOUTS = {
    "panel_left": {"has_negative_panel": False},
    "panels_both_sides": {"has_negative_panel": True},
}
ROOM = "[data-interlude=room]:not([hidden])"
PANEL_MS = 2500
"""The panel is alone for so long, to be looked at."""


def layout_definitions() -> dict[str, StudyDefinition]:
    """Each task in each layout, by a name for both."""
    return {
        f"{task}-{layout}": definition_of(
            task,
            study={"study_id": f"{task}-{layout}".replace("_", "-")},
            design={"conditions": ["natural"], **panels},
            display={"layout": layout, "panel_columns": 2 + (layout != "panel_left")},
            timing={"panel_min_ms": PANEL_MS},
        )
        for task in TASKS
        for layout, panels in LAYOUTS.items()
    }


@contextmanager
def open_layouts(folder: Path) -> Iterator[Hall]:
    """All of them on one server."""
    with open_studies(folder, list(layout_definitions().values())) as hall:
        yield hall


def see_every_layout(page: Page, hall: Hall, look: Callable[[str], None]) -> None:
    """The panel alone, then with the options."""
    for name, definition in layout_definitions().items():
        page.context.clear_cookies()
        page.goto(hall.seat(page.context, study_id=definition.study.study_id).url)
        begin(page, "#trial:not([hidden]) .panel img")
        look(f"{name}-panel")
        page.wait_for_selector(f"{CHOICE}, {RATING}")
        look(f"{name}-options")


def begin(page: Page, shown: str) -> None:
    """Past the pause before the trials, and past the one that asks for more room."""
    page.click(f"{PAUSE} .primary")
    page.wait_for_selector(f"{ROOM}, {shown}")
    if page.locator(ROOM).count():
        page.click(f"{ROOM} .primary")
        page.wait_for_selector(shown)


def keep_waiting(_route: Route) -> None:
    """Answers never."""


def see_every_pause(page: Page, hall: Hall, look: Callable[[str], None]) -> None:
    """Waiting for pictures, two tabs, an answer that is not saved, and a refusal."""
    study_id = next(iter(layout_definitions().values())).study.study_id
    url = hall.seat(page.context, study_id=study_id).url
    page.route("**/image/*", keep_waiting)
    page.goto(url)
    begin(page, "#loading:not([hidden])")
    look("loading")
    page.unroute_all()

    newer = page.context.new_page()
    newer.goto(url)
    newer.wait_for_selector("[data-interlude=elsewhere]:not([hidden])")
    newer.close()
    page.goto(url)
    page.wait_for_selector(PAUSE)  # it runs, and can answer other tabs
    other = page.context.new_page()
    other.goto(url)
    other.click("[data-interlude=elsewhere]:not([hidden]) .primary")
    page.wait_for_selector("[data-interlude=taken]:not([hidden])")
    look("taken")
    other.close()

    def refuse(route: Route) -> None:
        route.fulfill(status=422, json={"error": "response_refused"})

    page.route("**/api/trial", refuse)
    page.goto(url)
    page.wait_for_selector("[data-interlude=trouble]:not([hidden])")
    look("trouble")
    page.unroute_all()
