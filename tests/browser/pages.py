"""What is true of every page, in whatever language and width."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SHOTS_VARIABLE = "ACCENTUATE_SCREENSHOTS"
"""Names a folder into which every page that is looked at is painted."""

AXE = Axe()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERY_RULE: Mapping[str, Any] = {"type": "tag", "values": TAGS}
SERIOUS = {"serious", "critical"}

SMALL_TARGETS = """() =>
  [...document.querySelectorAll("button, .button, summary, .check, [type=range]")]
    .map((target) => [target, target.getBoundingClientRect()])
    .filter(([, box]) => box.width > 0 && Math.min(box.width, box.height) < 43.5)
    .map(([target, box]) => `${target.textContent} ${box.width} x ${box.height}`)"""


def look(page: Page, name: str, *, in_every_scheme: bool = False) -> None:
    """Check the open page: axe, width and targets; paint it if asked to."""
    paint(page, name)
    assert not (faults := faults_of(page)), f"{name}: {faults}"
    if in_every_scheme:
        look_at_colours(page, name)
    assert overflow_px(page) <= 0, f"{name} scrolls sideways"
    assert page.evaluate(SMALL_TARGETS) == [], f"{name} has targets under 44 px"
    n_headings = page.locator("h1:visible").count()
    assert n_headings == 1 or ("/trial" in page.url and n_headings == 0), name


def faults_of(page: Page, run_only: Mapping[str, Any] = EVERY_RULE) -> list[str]:
    """Serious and critical findings of axe-core (3.12)."""
    found = AXE.run(page, options={"runOnly": run_only, "resultTypes": ["violations"]})
    return [
        f"{fault['id']}: {node['html']}"
        for fault in found.response["violations"]
        if fault["impact"] in SERIOUS
        for node in fault["nodes"]
    ]


def look_at_colours(page: Page, name: str) -> None:
    """Contrast in dark (1.4.3), and back to light.

    Forced colours are painted for people only: the browser sees to their contrast, and
    axe-core reads the colours that were forced away.
    """
    page.emulate_media(forced_colors="active")
    paint(page, f"{name}-forced")
    page.emulate_media(forced_colors="none", color_scheme="dark")
    paint(page, f"{name}-dark")
    faults = faults_of(page, {"type": "rule", "values": ["color-contrast"]})
    page.emulate_media(color_scheme="light")
    assert not faults, f"{name}, dark: {faults}"


def overflow_px(page: Page) -> int:
    """How far the page reaches beyond the window's side."""
    root = "document.documentElement"
    width: int = page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")
    return width


def paint(page: Page, name: str) -> None:
    """Store a picture of the whole page, if a folder is named."""
    if folder := os.environ.get(SHOTS_VARIABLE):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
