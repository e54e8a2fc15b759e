"""Take the study in a real browser up to one trial, and keep the picture of it.

python docs/pictures/trial.py http://127.0.0.1:8765/s/demo/ 8 docs/pictures/trial.png

Needs the extra [dev] and Chromium.
"""

import argparse
import shutil
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

READY = (
    ".interlude:not([hidden]) button, #feedback:not([hidden]) button, "
    "#options button:not([disabled])"
)


def main() -> None:
    """Arguments → browser → picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="the participant link")
    parser.add_argument("number", type=int, help="of the trial, practice included")
    parser.add_argument("out", type=Path, metavar="FILE.png")
    arguments = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(arguments.url)
        begin(page)
        reach_trial(page, arguments.number)
        page.screenshot(path=arguments.out)
        browser.close()


def begin(page: Page) -> None:
    """From the link to the first pause."""
    page.check("input[name=consent]")
    page.click("button.primary")
    page.wait_for_url("**/instructions")
    page.click("button.primary")
    page.wait_for_url("**/trial")


def reach_trial(page: Page, number: int) -> None:
    """Guess until the trial of that number waits for its answer."""
    shown = 0
    while True:
        page.wait_for_selector(READY)
        if not page.locator("#options button:not([disabled])").count():
            page.locator(READY).first.click()
            continue
        shown += 1
        if shown == number:
            return
        page.keyboard.press("1")
        page.wait_for_selector("#options button[disabled]", state="attached")


if __name__ == "__main__":
    main()
