"""Look at 3.12: `python -m tests.benchmarks.page_matrix [--size SIZE] [--part PART]`.

Every page that `session_matrix` does not come to: questions sent without answers, all
eight ends, errors, every task in both layouts with its panel alone and with its
options, and what the runner says about waiting, other tabs and refusals. In each window
and language, in English also in dark. Prints what was seen; exit status 1 when
something was wrong with a page.
"""

import argparse
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, sync_playwright

from tests.browser.chromium import launch
from tests.browser.ends import (
    Study,
    Walker,
    open_study,
    see_a_whole_session,
    see_every_other_way_out,
)
from tests.browser.matrix import LANGUAGES, WINDOWS
from tests.browser.seats import Hall
from tests.browser.states import open_layouts, see_every_layout, see_every_pause
from tests.browser.walk import open_window
from tests.pseudo_locale import PSEUDO

Part = Callable[[Walker], None]
PARTS = ("ends", "trials")
"""The pages around the trials; layouts, waiting, other tabs and refusals."""


def main() -> int:
    """Look, print, and say by the exit status whether all was well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=tuple(WINDOWS), action="append")
    parser.add_argument("--part", choices=PARTS, action="append")
    asked = parser.parse_args()
    faults: list[str] = []
    with (
        open_study(Path(tempfile.mkdtemp())) as study,
        open_layouts(Path(tempfile.mkdtemp())) as hall,
        sync_playwright() as playwright,
    ):
        for size in asked.size or WINDOWS:
            browser = launch(playwright, text_px=WINDOWS[size].text_px)
            for language in (*LANGUAGES, PSEUDO):
                parts = [
                    part
                    for name in asked.part or PARTS
                    for part in parts_of(name, hall, language)
                ]
                faults += look_at_all(browser, study, parts, size, language)
            browser.close()
    print("passed" if not faults else f"FAILED: {len(faults)}")
    return int(bool(faults))


def parts_of(name: str, hall: Hall, language: str) -> list[Part]:
    """What one of PARTS looks at in a language."""
    if name == "ends":
        return [see_a_whole_session, see_every_other_way_out]
    if language != LANGUAGES[0]:  # a seat is not asked for its language
        return []
    return [
        partial(see_seats, hall, see) for see in (see_every_layout, see_every_pause)
    ]


def look_at_all(
    browser: Browser, study: Study, parts: Sequence[Part], size: str, language: str
) -> list[str]:
    """Some parts in one window and language; a fault in one stops no other."""
    faults = []
    for part in parts:
        with open_window(browser, WINDOWS[size]) as page:
            walker = Walker(
                page, study, language, size, in_every_scheme=language == LANGUAGES[0]
            )
            try:
                part(walker)
            except (AssertionError, Error) as error:
                faults.append(f"{size}, {language}: {error}")
                print(f"FAILED {faults[-1]}", flush=True)
        print(f"{size}, {language}: {len(walker.seen)} pages seen", flush=True)
    return faults


def see_seats(
    hall: Hall, see: Callable[[Page, Hall, Callable[[str], None]], None], walker: Walker
) -> None:
    """A part that needs a seat, looked at by the walker."""
    see(walker.page, hall, walker.look)


if __name__ == "__main__":
    raise SystemExit(main())
