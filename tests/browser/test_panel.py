"""The panel in a real browser: from the set-up link to an erased participant.

With ACCENTUATE_SCREENSHOTS=FOLDER each page is painted there, wide and narrow.
"""

import re
import time
from base64 import b32decode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from study_server.config import ServerConfig
from study_server.db import Database
from study_server.endurance.server import ServerProcess
from study_server.services.setup import make_setup_link
from study_server.services.totp import STEP_S, code_at
from tests.browser.pages import faults_of, overflow_px, paint
from tests.study_server.admin.test_drafts import as_toml, zipped_bundle
from tests.study_server.study_fixture import STUDY_ID, definition_values

PASSWORD = "seven quiet herons"
N_ARRIVALS = 50
WIDTHS = (1280, 390)


@pytest.fixture
def server(config: ServerConfig) -> Iterator[ServerProcess]:
    """A server without a study and without an account."""
    process = ServerProcess(config.data_dir)
    process.start()
    yield process
    process.kill_all()


class Panel:
    """The pages, each looked at wide and narrow."""

    def __init__(self, page: Page, server: ServerProcess, config: ServerConfig) -> None:
        self.page = page
        self.url = server.url
        self.config = config
        self.findings: list[str] = []
        self.secret = b""

    def look(self, name: str) -> None:
        """Under axe-core, without scrolling sideways; painted if asked to."""
        self.findings += [f"{name}: {each}" for each in faults_of(self.page)]
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 800})
            if (over_px := overflow_px(self.page)) > 0:
                self.findings.append(f"{name}: {over_px} px too wide for {width}")
            paint(self.page, f"panel-{name}-{width}")
        self.page.set_viewport_size({"width": WIDTHS[0], "height": 800})

    def follow(self, selector: str) -> None:
        """Click what leads to another page, and wait for that page."""
        with self.page.expect_navigation():
            self.page.click(selector)

    def setup_path(self) -> str:
        """What `study-server setup-link` prints."""
        database = Database(self.config.resolved_database_url)
        with database.write() as db:
            path = make_setup_link(db, now=datetime.now(UTC))
        database.close()
        return path

    def code(self, *, ahead_s: float = 0) -> str:
        """What the authenticator shows now, or soon."""
        letters = self.page.text_content("code.copy") if not ahead_s else None
        if letters:
            self.secret = b32decode("".join(letters.split()))
        return code_at(self.secret, int((time.time() + ahead_s) // STEP_S))


def arrive(url: str, n: int) -> None:
    """So many people, one after the other, who give their consent."""
    study = f"{url}/s/{STUDY_ID}"
    with httpx.Client() as browser:
        for _ in range(n):
            browser.cookies.clear()
            page = browser.get(f"{study}/").text
            found = re.search(r'name="csrf_token" value="([^"]+)"', page)
            assert found is not None
            form = {"csrf_token": found[1], "consent": "yes"}
            assert browser.post(f"{study}/start", data=form).status_code == 303


def files(folder: Path) -> tuple[Path, Path]:
    """study.toml and the zipped bundle."""
    definition = definition_values(
        study={"n_slots": 60},
        design={"conditions": ["accentuation", "natural", "none", "seed_only"]},
    )
    (folder / "study.toml").write_text(as_toml(definition))
    (folder / "bundle.zip").write_bytes(zipped_bundle())
    return folder / "study.toml", folder / "bundle.zip"


def test_a_study_is_run_from_the_panel(
    browser: Browser, server: ServerProcess, config: ServerConfig, tmp_path: Path
) -> None:
    """7.1–7.13, 8.1–8.3"""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    panel = Panel(page, server, config)

    page.goto(panel.url + panel.setup_path())
    panel.look("setup")
    page.fill("#name", "olga")
    page.fill("#new", PASSWORD)
    page.fill("#repeated", PASSWORD)
    panel.follow("main button")
    panel.look("authenticator")
    page.fill("#code", panel.code())
    panel.follow("main button")
    panel.look("recovery-codes")
    panel.follow("text=I have kept them")
    panel.follow("text=Log out")

    page.fill("#name", "olga")
    page.fill("#password", PASSWORD)
    panel.look("login")
    panel.follow("main button")
    panel.look("second-factor")
    page.fill("#code", panel.code(ahead_s=STEP_S))
    panel.follow("main button")

    panel.follow("text=New study")
    definition, bundle = files(tmp_path)
    page.set_input_files("input[name=definition]", definition)
    page.set_input_files("input[name=bundle]", bundle)
    panel.look("new-study")
    panel.follow("main button")
    expect(page.locator("h1")).to_have_text(f"Versions of {STUDY_ID}")
    panel.look("draft")
    for box in page.locator("input[name=waive]").all():
        box.check()
    page.fill("input[name=reason]", "shown in a test")
    panel.follow("text=Launch version 1")
    expect(page.locator("h1 .status")).to_have_text("open")
    panel.look("study")

    panel.follow("main >> text=Live")
    expect(page.locator("#live dd").first).to_have_text("0")
    arrive(panel.url, N_ARRIVALS)
    reached = page.get_by_role("row", name="device").locator("td").first
    expect(reached).to_have_text(str(N_ARRIVALS), timeout=5_000)
    panel.look("live")

    study = f"{panel.url}/admin/studies/{STUDY_ID}"
    for name in ("stimuli", "links", "reconcile", "bonuses", "versions"):
        page.goto(f"{study}/{name}")
        panel.look(name)
    page.goto(study)
    panel.follow("text=Pause…")
    panel.look("pause")
    panel.follow("main button")
    expect(page.locator("h1 .status")).to_have_text("paused")

    with page.expect_download() as download:
        page.get_by_role("link", name="People", exact=True).last.click()
    assert download.value.suggested_filename.endswith(".zip")

    page.goto(f"{study}/sessions")
    panel.look("sessions")
    first = page.locator("tbody th code").first
    reference = first.inner_text()
    with page.expect_navigation():
        first.click()
    panel.look("story")
    page.click("summary")
    page.fill("input[name=typed]", reference)
    page.get_by_role("button", name="Erase").click()
    expect(page.locator("h1")).to_have_text("Sessions")
    assert reference not in page.content()

    for name in ("people", "audit", "account"):
        page.goto(f"{panel.url}/admin/{name}")
        panel.look(name)
    page.goto(f"{panel.url}/admin/audit")
    acts = page.locator("tbody th").all_inner_texts()
    for act in ("setup", "login.second_factor", "study.launch", "participant.erase"):
        assert act in acts
    assert re.search("All \\d+ entries are as they were written", page.content())
    assert panel.findings == []
    context.close()
