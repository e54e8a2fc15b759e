"""Every page there is, the ends and the errors among them, in any language."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page
from sqlalchemy import text, update

from study_server.db import Database
from study_server.design.texts import default_texts
from study_server.models import StudySession, StudyStatus
from study_server.services.studies import set_status
from tests.browser.pages import look
from tests.browser.seats import new_config, serve
from tests.pseudo_locale import PSEUDO, pseudo_texts
from tests.study_server.study_fixture import STUDY_ID, make_study, tiny_definition

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
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


@contextmanager
def open_study(folder: Path) -> Iterator[Study]:
    """A study of two trials with every page there is, and all its ends coded."""
    config = new_config(folder)
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
    with serve(config) as hall, hall.database() as database:
        yield Study(f"{hall.process.url}/s/{STUDY_ID}/", database)


class Walker:
    """Goes through the pages of one session and looks at each."""

    def __init__(
        self,
        page: Page,
        study: Study,
        language: str,
        size: str,
        *,
        in_every_scheme: bool = False,
    ) -> None:
        self.page = page
        self.study = study
        self.language = language
        self.size = size
        self.in_every_scheme = in_every_scheme
        self.seen: list[str] = []

    def look(self, name: str) -> None:
        page = self.page
        title = f"{self.language}-{self.size}-{name}"
        self.seen.append(name)
        look(page, title, in_every_scheme=self.in_every_scheme)
        is_of_study = not name.startswith("error") or self.language != PSEUDO
        language = self.language if is_of_study else "en"
        assert page.get_attribute("html", "lang") == language
        expected = "rtl" if language == PSEUDO else "ltr"
        assert page.get_attribute("html", "dir") == expected

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


def see_a_whole_session(walker: Walker) -> None:
    """Every page up to the code, with what is said about missing answers."""
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


def see_every_other_way_out(walker: Walker) -> None:
    """The ends that are no code for completing, and the questions before them."""
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
    see_what_cannot_be_opened(walker)


def see_what_cannot_be_opened(walker: Walker) -> None:
    """A study that is not open, an absence, no such page, and a fault of ours."""
    page, database = walker.page, walker.study.database
    walker.consent()
    with database.write() as db:
        db.execute(update(StudySession).values(last_seen_at=LONG_AGO))
    page.reload()
    assert page.url.endswith("/timed-out")
    walker.look("timed-out")
    page.context.clear_cookies()
    with paused(database):
        walker.start()
        assert page.url.endswith("/not-open")
        walker.look("not-open")
    walker.start()
    page.goto(walker.study.url.replace(STUDY_ID, "no-such-study"))
    walker.look("error-404")
    with broken(database):
        answer = page.goto(walker.study.url)
        assert answer is not None
        assert answer.status == 500
        walker.look("error-500")


@contextmanager
def broken(database: Database) -> Iterator[None]:
    """The server finds no studies any more, not even none."""
    rename = "ALTER TABLE {} RENAME TO {}"
    with database.write() as db:
        db.execute(text(rename.format("study", "elsewhere")))
    try:
        yield
    finally:
        with database.write() as db:
            db.execute(text(rename.format("elsewhere", "study")))


@contextmanager
def paused(database: Database) -> Iterator[None]:
    """Nobody may start for a while."""
    with database.write() as db:
        set_status(db, STUDY_ID, StudyStatus.PAUSED)
    try:
        yield
    finally:
        with database.write() as db:
            set_status(db, STUDY_ID, StudyStatus.OPEN)
