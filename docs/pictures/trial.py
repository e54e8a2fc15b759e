"""Take the study in a real browser up to one trial, and keep the picture of it.

python docs/pictures/trial.py http://127.0.0.1:8765/s/demo/ 1 docs/pictures/trial.png

Needs the extra [dev] and Chromium.
"""

import argparse
import io
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

GO_ON = "main button.primary:visible:not([aria-disabled=true])"
ANSWER = "#trial:not([hidden]) .sureness button:not([aria-disabled=true])"
PAUSE = ".interlude[data-interlude]:not([hidden]), #feedback:not([hidden])"
N_COLORS = 256


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
        keep(page.screenshot(), arguments.out)
        browser.close()


def begin(page: Page) -> None:
    """From the link to the trials; questions on the way are answered rightly."""
    page.check("input[name=consent]")
    page.wait_for_timeout(500)
    while not page.url.endswith("/trial"):
        if page.url.endswith("/comprehension"):
            for number in (1, 2, 3):
                page.check(f"input[name=item-{number}][value='{number}']")
        page.wait_for_selector("[data-state=waiting]", state="hidden")
        page.wait_for_selector(GO_ON, timeout=60_000)
        with page.expect_navigation():
            page.click(GO_ON)


def reach_trial(page: Page, number: int) -> None:
    """Guess until the trial of that number waits for its answer."""
    for shown in range(1, number + 1):
        page.wait_for_selector(f"{PAUSE}, {ANSWER}")
        while page.locator(PAUSE).count():
            page.locator(PAUSE).locator("button.primary").click()
            page.wait_for_selector(f"{PAUSE}, {ANSWER}")
        page.wait_for_selector(ANSWER, timeout=60_000)
        if shown < number:
            page.locator(ANSWER).first.click()
            page.wait_for_selector(ANSWER, state="detached")
    page.wait_for_timeout(500)


def keep(picture: bytes, out: Path) -> None:
    """Write it in few colours: enough to read by, at a third of the size."""
    with Image.open(io.BytesIO(picture)) as image:
        image.convert("RGB").quantize(N_COLORS).save(out, optimize=True)


if __name__ == "__main__":
    main()
