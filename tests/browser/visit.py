"""A whole visit to a study, page by page, by one who uses a single device."""

from collections.abc import Callable

from playwright.sync_api import Page

from study_server.design.texts import default_texts
from tests.browser.person import Device, Person

WAIT_MS = 30_000
PAUSE = ".interlude[data-interlude]:not([hidden])"
FEEDBACK = "#feedback:not([hidden]) button:not([hidden])"
CHOICE = "#trial:not([hidden]) .sureness button:not([aria-disabled=true])"
RATING = "#trial:not([hidden])[data-task=rating]:has(.option img) input[data-empty]"
READY = f"{PAUSE}, {FEEDBACK}, {CHOICE}, {RATING}, #strategy"
GO_ON = "button.primary:not([aria-disabled=true])"

Look = Callable[[str], None]
RightOption = Callable[[str], str | None]
"""From an image_id of the trial to `left`, `right` or, where none is right, None."""


def no_look(_name: str) -> None:
    """Looks at nothing."""


def nothing_known(_image_id: str) -> None:
    """Knows of no right option."""


class Visit:
    """From the link to the last page; `look` is told the name of each page."""

    def __init__(
        self,
        page: Page,
        url: str,
        device: Device,
        *,
        task: str = "two_alternative",
        language: str = "en",
        look: Look = no_look,
        right_option: RightOption = nothing_known,
    ) -> None:
        self.page = page
        self.url = url
        self.person = Person(page, device)
        self.task = task
        self.language = language
        self.look = look
        self.right_option = right_option
        self.given: list[tuple[str, int] | None] = []
        """Choice and confidence of each answer; None where a rating was asked for."""

    @property
    def n_answers(self) -> int:
        """Answers given so far."""
        return len(self.given)

    def begin(self) -> None:
        """From the link to the first pause."""
        self.consent()
        self.pass_device()
        self.read()
        self.comprehend()

    def consent(self) -> None:
        """Agree and start."""
        self.page.goto(f"{self.url}?lang={self.language}")
        self.look("landing")
        self.person.tick("input[name=consent]")
        self._leave(GO_ON)

    def pass_device(self) -> None:
        """Past the device check, however small the window; if that is allowed."""
        self.wait_for_device()
        self._leave(GO_ON)

    def wait_for_device(self) -> None:
        """Until the page has said what it found."""
        self.page.wait_for_selector("[data-state=waiting]", state="hidden")
        self.look("device")

    def read(self) -> None:
        """Through all pages of the instructions."""
        number = 0
        while self.page.url.endswith("/instructions"):
            self.page.wait_for_selector(GO_ON)
            number += 1
            self.look(f"instructions-{number}")
            self._leave(GO_ON)

    def comprehend(self, *, is_right: bool = True) -> None:
        """Answer the questions on the instructions, if there are any."""
        if not self.page.url.endswith("/comprehension"):
            return
        self.look("comprehension")
        items = default_texts(self.language, self.task)["comprehension"]
        for number, item in enumerate(items, start=1):
            value = item["correct"] if is_right else item["correct"] % 3 + 1
            self.person.tick(f"input[name=item-{number}][value='{value}']")
        self._leave(GO_ON)

    def take_trials(self) -> None:
        """Answer all there are."""
        while self.answer_next():
            pass

    def answer_next(self) -> bool:
        """Answer one trial, through pauses and feedback; False when there is none."""
        while True:
            self.page.wait_for_selector(READY, timeout=WAIT_MS)
            if not self.page.url.endswith("/trial"):
                return False
            if self.page.locator(PAUSE).count():
                name = self.page.locator(PAUSE).get_attribute("data-interlude")
                self.look(f"pause-{name}")
                self.person.press(f"{PAUSE} button.primary")
            elif self.page.locator(FEEDBACK).count():
                self.look("feedback")
                self.person.press(FEEDBACK)
            elif self.page.locator(f"{CHOICE}, {RATING}").count():
                self.look("trial")
                self.answer()
                return True

    def answer(self) -> None:
        """Answer the trial in sight, the first one wrongly, and see it taken."""
        image = self.page.locator(".option img").first
        image_id = image.get_attribute("data-image-id") or ""
        if self.page.locator(RATING).count():
            self.person.slide("#rating input")
            self.person.press("#rating button")
            self.given.append(None)
        else:
            self.choose(image_id)
        gone = f"body:not(:has([data-image-id='{image_id}']))"
        self.page.wait_for_selector(f"{gone}, #feedback:not([hidden]), {PAUSE}")

    def choose(self, image_id: str = "") -> None:
        """One of the six answers; at the keyboard by its digit or by walking there."""
        n = self.n_answers
        place = self.right_option(image_id) or ("left", "right")[n // 3 % 2]
        if n == 0:
            place = {"left": "right", "right": "left"}[place]
        confidence = n % 3 + 1
        button = f"button[data-choice={place}][data-confidence='{confidence}']"
        self.given.append((place, confidence))
        if self.person.device == "keyboard" and n % 2:
            key = self.page.locator(button).get_attribute("data-key")
            self.page.keyboard.press(key or "")
        else:
            self.person.press(button)

    def answer_questions(self) -> None:
        """The last page before the code."""
        self.look("questions")
        self.person.tick("input[name=difficulty][value='2']")
        self.person.tick("input[name=images_shown][value=yes]")
        self.person.tick("input[name=data_use][value=yes]")
        self._leave(GO_ON)
        self.page.wait_for_selector("#completion-code")
        self.look("completed")

    def give_up_device(self) -> None:
        """The way out for those whose window cannot be larger."""
        self.wait_for_device()
        assert self.page.locator("[data-state=small]:not([hidden])").count() == 1
        self._leave("[data-cannot]")
        self.look("screened-out")

    def _leave(self, selector: str) -> None:
        with self.page.expect_navigation():
            self.person.press(selector)
