"""F6 in the whole: nothing that was answered is lost, and the same trial comes back."""

from pathlib import Path

from playwright.sync_api import Playwright

from tests.browser.reopening import N_OFFLINE, reopen
from tests.browser.seats import open_hall
from tests.study_server.study_fixture import tiny_definition


def test_f6_offline_tab_closed_server_killed_browser_started_again(
    playwright: Playwright, tmp_path: Path
) -> None:
    """F6, 3.15, 4.1; `python -m tests.benchmarks.offline` waits for a whole minute."""
    definition = tiny_definition(display={"window_gate": "off"})

    with open_hall(tmp_path, definition) as hall:
        seen = reopen(playwright, hall, tmp_path / "profile", offline_s=0.5)

    assert seen.images_after == seen.images_before
    assert seen.n_kept == N_OFFLINE
    assert seen.n_stored == 1 + N_OFFLINE
