"""Every page in every language and window, under axe-core (3.10, 3.12, 3.20).

With ACCENTUATE_SCREENSHOTS=FOLDER each page is painted there.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.ends import (
    Study,
    Walker,
    open_study,
    see_a_whole_session,
    see_every_other_way_out,
)
from tests.browser.matrix import WINDOWS
from tests.browser.walk import open_window
from tests.pseudo_locale import PSEUDO


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    folder: Path = tmp_path_factory.mktemp("pages")
    with open_study(folder) as made:
        yield made


@pytest.fixture(
    params=[("en", "1024 px"), ("de", "320 px"), (PSEUDO, "200 % zoom")], ids=str
)
def walker(
    request: pytest.FixtureRequest, browser: Browser, study: Study
) -> Iterator[Walker]:
    language, size = request.param
    with open_window(browser, WINDOWS[size]) as page:
        yield Walker(page, study, language, size)


def test_a_whole_session_and_its_last_pages(walker: Walker) -> None:
    see_a_whole_session(walker)


def test_every_other_way_out(walker: Walker) -> None:
    see_every_other_way_out(walker)


def test_the_copy_button_copies_the_code(browser: Browser, study: Study) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{study.url}no-consent?lang=en")

    page.click("#copy")

    expect(page.locator("#copy-said")).to_have_text("Copied.")
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
