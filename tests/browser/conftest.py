"""A browser for the whole run; a server of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from study_server.config import ServerConfig
from tests.browser.chromium import ARGUMENTS, chromium_path
from tests.browser.server_process import ServerProcess
from tests.study_server.study_fixture import make_study


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    launched = playwright.chromium.launch(
        executable_path=str(chromium_path()), args=list(ARGUMENTS)
    )
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
    process.kill()
