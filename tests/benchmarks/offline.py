"""A minute without connection in mid-study; then all is closed, killed and reopened.

python -m tests.benchmarks.offline --seconds 60
"""

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.reopening import reopen
from tests.browser.seats import open_hall
from tests.study_server.study_fixture import tiny_definition


def main() -> int:
    """Print what was lost; exit code 1 if anything was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    definition = tiny_definition(display={"window_gate": "off"})
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        with open_hall(folder, definition) as hall:
            seen = reopen(
                playwright, hall, folder / "profile", offline_s=options.seconds
            )
    n_given = 1 + seen.n_kept
    is_same = seen.images_after == seen.images_before
    print(f"offline for {options.seconds:g} s, then tab closed, server and browser")
    print("killed and started again")
    print(f"answers given {n_given}, stored {seen.n_stored}")
    print(f"same trial and sides: {'yes' if is_same else 'NO'}")
    return 0 if is_same and seen.n_stored == n_given else 1


if __name__ == "__main__":
    raise SystemExit(main())
