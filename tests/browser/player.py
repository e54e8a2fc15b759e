"""A person at the browser: by mouse, or by keyboard alone."""

from playwright.sync_api import Page

from tests.browser.server_process import ServerProcess
from tests.study_server.study_fixture import STUDY_ID

UNLOCKED = (
    "#trial:not([hidden]) :is(.sureness, .rating) button:not([aria-disabled=true])"
)
READY = (
    f".interlude[data-interlude]:not([hidden]), {UNLOCKED}, "
    "#feedback:not([hidden]), #strategy"
)
WAIT_MS = 30_000


class Player:
    """Takes the study; `uses_keyboard` means that no pointer is ever touched."""

    def __init__(
        self, page: Page, server: ServerProcess, *, uses_keyboard: bool
    ) -> None:
        self.page = page
        self.start_url = f"{server.url}/s/{STUDY_ID}/"
        self.uses_keyboard = uses_keyboard
        self.n_answers = 0

    def begin(self) -> None:
        """From the link to the first pause."""
        self.page.goto(self.start_url)
        self.activate("input[name=consent]", key="Space")
        self.activate("button.primary")
        self.page.wait_for_url("**/device")
        self.page.wait_for_selector("[data-state=fine]:not([hidden])")
        self.activate("button.primary")
        self.page.wait_for_url("**/instructions")
        while self.page.url.endswith("/instructions"):
            with self.page.expect_navigation():
                self.activate("button.primary:not([aria-disabled])")

    def answer_next(self) -> bool:
        """Answer one trial, through pauses and feedback; False when there is none."""
        while True:
            self.page.wait_for_selector(READY, timeout=WAIT_MS)
            if self.page.url.endswith("/questions"):
                return False
            for waiting in (".interlude[data-interlude]", "#feedback"):
                if self.page.locator(f"{waiting}:not([hidden])").count():
                    self.activate(f"{waiting}:not([hidden]) button.primary")
                    break
            else:
                if self.page.locator(UNLOCKED).count():
                    self.choose()
                    return True

    def choose(self) -> None:
        """One of the six answers, and wait until it was taken."""
        number = self.n_answers % 6 + 1
        self.n_answers += 1
        if self.uses_keyboard:
            self.page.keyboard.press(str(number))
        else:
            self.page.click(f"#answers button[data-key='{number}']")

    def answer_questions(self) -> None:
        """The last page before the code."""
        self.activate("input[name=difficulty][value='1']", key="Space")
        self.activate("input[name=images_shown][value=yes]", key="Space")
        self.activate("input[name=data_use][value=yes]", key="Space")
        self.activate("button.primary")
        self.page.wait_for_selector("#completion-code")

    def activate(self, selector: str, key: str = "Enter") -> None:
        """Click, or walk there with Tab and press a key."""
        if not self.uses_keyboard:
            self.page.click(selector)
            return
        target = self.page.locator(selector)
        for _ in range(30):
            if target.evaluate("element => element === document.activeElement"):
                self.page.keyboard.press(key)
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{selector} cannot be reached with Tab")
