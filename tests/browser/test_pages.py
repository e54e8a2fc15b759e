"""Every page in every language, at 320 and 1024 px, under axe-core (3.10, 3.12, 3.20).

With ACCENTUATE_SCREENSHOTS=FOLDER each page is painted there.
"""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page

from study_server.config import ServerConfig
from study_server.db import Database
from study_server.design.texts import default_texts
from study_server.models import StudyStatus
from study_server.services.studies import set_status
from tests.browser.pages import look
from tests.browser.server_process import ServerProcess
from tests.pseudo_locale import PSEUDO, pseudo_texts
from tests.study_server.study_fixture import STUDY_ID, make_study, tiny_definition

CODES = {
    "completed": None,  # the study's completion code
    "no_consent": "RETURN-1",
    "screened_out": "SCREEN-1",
    "withdrawn": "STOP-1",
    "technical_problem": "BROKEN-1",
}
SEND_ANYWAY = """form => {
  form.noValidate = true;
  form.requestSubmit(form.querySelector(".primary"));
}"""
"""So that the server's own messages about missing answers are seen."""


class Study(NamedTuple):
    """A server with a short study in three languages."""

    url: str
    database: Database


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    folder = tmp_path_factory.mktemp("pages")
    config = ServerConfig(data_dir=folder / "data")
    config.data_dir.mkdir()
    definition = tiny_definition(
        study={"n_slots": 40},
        design={
            "conditions": ["accentuation"],
            "practice_features": ["logit:feature-0"],
            "features": ["logit:feature-2"],
        },
        catch={"per_block": 0},
        practice={"n_trials": 1},
        comprehension={"n_items": 3},
        display={"window_gate": "warn"},
        languages={"offered": ["en", "de", PSEUDO]},
        texts={PSEUDO: pseudo_texts()},
        outcomes=[
            {
                "name": name,
                **({"code": code} if code else {}),
                "return_url": "https://example.org/back?cc={code}",
                "return_after_s": 600,
            }
            for name, code in CODES.items()
        ],
    )
    make_study(config, folder, definition)
    process = ServerProcess(config.data_dir)
    process.start()
    database = Database(config.resolved_database_url)
    yield Study(f"{process.url}/s/{STUDY_ID}/", database)
    database.close()
    process.kill()


class Walker:
    """Goes through the pages of one session and looks at each."""

    def __init__(self, page: Page, study: Study, language: str, width: int) -> None:
        self.page = page
        self.study = study
        self.language = language
        self.width = width
        self.seen: list[str] = []

    def look(self, name: str) -> None:
        page = self.page
        look(page, f"{self.language}-{self.width}-{name}")
        assert page.locator("html").get_attribute("lang") == self.language
        right_to_left = self.language == PSEUDO
        expected = "rtl" if right_to_left else "ltr"
        assert page.locator("html").get_attribute("dir") == expected
        self.seen.append(name)

    def start(self) -> None:
        self.page.goto(f"{self.study.url}?lang={self.language}")

    def consent(self) -> None:
        self.start()
        self.page.check("input[name=consent]")
        self.next()

    def next(self) -> None:
        with self.page.expect_navigation():
            self.page.click("main .primary:not([aria-disabled])")

    def pass_device(self) -> None:
        self.page.wait_for_selector("[data-state=waiting]", state="hidden")
        self.next()

    def answer(self, *, is_right: bool) -> None:
        texts = default_texts("en", "two_alternative")
        for number, item in enumerate(texts["comprehension"], start=1):
            value = item["correct"] if is_right else item["correct"] % 3 + 1
            self.page.check(f"input[name=item-{number}][value='{value}']")
        self.next()

    def read(self) -> None:
        while self.page.url.endswith("/instructions"):
            self.next()

    def walk_trials(self) -> None:
        """Through pauses, two trials and feedback, to the questions."""
        page = self.page
        ready = (
            ".interlude[data-interlude]:not([hidden]) .primary, #strategy, "
            "#feedback:not([hidden]) .primary, "
            "#answers button:not([aria-disabled=true])"
        )
        names = iter(("practice", "choice", "feedback", "main", "choice-2"))
        while not page.url.endswith("/questions"):
            page.wait_for_selector(ready)
            if page.url.endswith("/questions"):
                return
            self.look(f"trial-{next(names, 'more')}")
            page.locator(ready).first.click()


@pytest.fixture(params=["en-1024", "de-320", f"{PSEUDO}-320"])
def walker(
    request: pytest.FixtureRequest, browser: Browser, study: Study
) -> Iterator[Walker]:
    language, _, width = request.param.rpartition("-")
    context = browser.new_context(
        viewport={"width": int(width), "height": 720}, reduced_motion="reduce"
    )
    yield Walker(context.new_page(), study, language, int(width))
    context.close()


def test_a_whole_session_and_its_last_pages(walker: Walker) -> None:
    page = walker.page
    walker.start()
    walker.look("landing")
    with page.expect_navigation():
        page.locator("form").evaluate(SEND_ANYWAY)
    walker.look("landing-fault")
    walker.consent()
    page.wait_for_selector("[data-state=waiting]", state="hidden")
    walker.look("device")
    walker.pass_device()
    for number in (1, 2, 3):
        walker.look(f"instructions-{number}")
        walker.next()
    walker.look("comprehension")
    walker.answer(is_right=False)
    walker.look("comprehension-again")
    walker.answer(is_right=True)
    walker.walk_trials()
    walker.look("questions")
    with page.expect_navigation():
        page.locator("form").evaluate(SEND_ANYWAY)
    walker.look("questions-fault")
    for name, value in (
        ("difficulty", "3"),
        ("images_shown", "yes"),
        ("data_use", "no"),
    ):
        page.check(f"input[name={name}][value='{value}']")
    walker.next()
    walker.look("completed")
    assert page.inner_text("#completion-code") == "CODE-7K2"
    assert (
        page.get_attribute("#return", "href") == "https://example.org/back?cc=CODE-7K2"
    )
    walker.start()
    walker.look("already-took-part")


def test_every_other_way_out(walker: Walker) -> None:
    page = walker.page
    walker.start()
    with page.expect_navigation():
        page.click("form .quiet")
    walker.look("no-consent")
    walker.consent()
    page.goto(f"{walker.study.url}stop")
    walker.look("stop")
    with page.expect_navigation():
        page.click("button[value=erase]")
    walker.look("withdrawn")
    page.context.clear_cookies()
    walker.consent()
    page.goto(f"{walker.study.url}technical-problem")
    walker.look("technical-question")
    with page.expect_navigation():
        page.click("form button:not(.primary)")
    walker.look("technical-problem")
    page.context.clear_cookies()
    walker.consent()
    walker.pass_device()
    walker.read()
    for _ in range(2):
        walker.answer(is_right=False)
    walker.look("screened-out")
    assert page.inner_text("#completion-code") == "SCREEN-1"
    page.context.clear_cookies()
    with walker.study.database.write() as db:
        set_status(db, STUDY_ID, StudyStatus.PAUSED)
    try:
        walker.start()
        assert page.url.endswith("/not-open")
        look(page, f"{walker.language}-{walker.width}-not-open")
    finally:
        with walker.study.database.write() as db:
            set_status(db, STUDY_ID, StudyStatus.OPEN)


def test_the_copy_button_copies_the_code(browser: Browser, study: Study) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{study.url}no-consent?lang=en")

    page.click("#copy")

    assert page.inner_text("#copy-said") == "Copied."
    assert page.evaluate("navigator.clipboard.readText()") == "RETURN-1"
    context.close()


@pytest.mark.parametrize("is_stopped", [False, True], ids=["goes back", "stays"])
def test_the_page_goes_back_by_itself_unless_a_key_is_pressed(
    browser: Browser, study: Study, is_stopped: bool
) -> None:
    """3.14: the fixture's 600 s pass on a clock of the test's own."""
    page = browser.new_page()
    page.clock.install()
    page.route("https://example.org/**", lambda route: route.fulfill(body="back"))
    page.goto(f"{study.url}no-consent?lang=en")
    page.clock.run_for(590_000)
    assert "example.org" not in page.url
    if is_stopped:
        page.keyboard.press("a")

    page.clock.run_for(20_000)

    if is_stopped:
        assert page.url.startswith(study.url)
    else:
        page.wait_for_url("https://example.org/back?cc=RETURN-1")
    page.close()


def test_pages_without_scripts_lead_up_to_the_device_check(
    browser: Browser, study: Study
) -> None:
    """3: consent, questions and end pages work with JavaScript off."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(study.url)
    page.check("input[name=consent]")
    page.click("form .primary")
    assert "JavaScript" in page.inner_text("[data-state=waiting]")
    page.click("form .primary")
    assert "reload it" in page.inner_text("[role=alert]")

    page.click("[data-cannot]")

    assert page.inner_text("#completion-code") == "SCREEN-1"
    context.close()
