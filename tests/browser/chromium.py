"""The browser that the system brings."""

import shutil
from pathlib import Path

from playwright.sync_api import Browser, Playwright

from tests.conftest import skip_or_fail_in_ci

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
HAS_MOUSE = (
    "primaryHoverType=2",
    "availableHoverTypes=2",
    "primaryPointerType=4",
    "availablePointerTypes=4",
)
"""Without a screen the browser finds no mouse; Playwright says so, too, if asked for
no settings of our own."""


def chromium_path() -> Path:
    """The browser to drive; without one the test skips (fails in CI)."""
    for name in NAMES:
        if (found := shutil.which(name)) is not None:
            return Path(found)
    skip_or_fail_in_ci(
        f"no browser: none of {', '.join(NAMES)} is on PATH; "
        "install one, on Debian with: apt-get install chromium"
    )
    raise AssertionError("not reached")


def launch(playwright: Playwright, *, text_px: int = 16) -> Browser:
    """Start it; `text_px` is the size of text as set in the browser, 16 at first."""
    settings = ",".join([*HAS_MOUSE, f"defaultFontSize={text_px}"])
    return playwright.chromium.launch(
        executable_path=str(chromium_path()),
        args=[*ARGUMENTS, f"--blink-settings={settings}"],
    )
