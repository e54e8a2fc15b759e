"""Finding a browser that the system brings."""

import shutil
from pathlib import Path

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
