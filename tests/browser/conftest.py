"""A browser for the whole run; a server of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from study_server.config import ServerConfig
from study_server.endurance.server import ServerProcess
from tests.browser.chromium import chromium_path, launch
from tests.study_server.study_fixture import make_study


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    chromium_path()  # skips where there is none
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    launched = launch(playwright)
    yield launched
    launched.close()


@pytest.fixture(scope="session")
def large_text_browser(playwright: Playwright) -> Iterator[Browser]:
    """Of someone who has set the size of text to 200 %."""
    launched = launch(playwright, text_px=32)
    yield launched
    launched.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


@pytest.fixture
def config(tmp_path: Path) -> ServerConfig:
    (tmp_path / "data").mkdir()
    return ServerConfig(data_dir=tmp_path / "data")


@pytest.fixture
def server(config: ServerConfig, tmp_path: Path) -> Iterator[ServerProcess]:
    make_study(config, tmp_path)
    process = ServerProcess(config.data_dir)
    process.start()
    yield process
    process.kill_all()
