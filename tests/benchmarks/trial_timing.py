"""Measure 3.3: `python -m tests.benchmarks.trial_timing [--trials 100]`.

Answers are injected 500 ms after the options were painted, by the browser's own
element timing and not by the runner's clock, one session after the other. An onset is
the time stamp of a frame (3.1), and what the frame shows is painted later: the numbers
say by how much, here and in this browser, and how steadily. They judge nothing;
`tests/browser/test_timing.py` compares with the frame itself.
"""

import argparse
import tempfile
from pathlib import Path
from statistics import mean, stdev

from playwright.sync_api import sync_playwright

from tests.browser.chromium import launch
from tests.browser.drivers import ANSWER_AFTER_PAINT
from tests.browser.seats import open_hall
from tests.study_server.study_fixture import tiny_definition

DELAY_MS = 500
N_PER_SESSION = 25
"""Of a session, which has three more."""


def main() -> int:
    """Run the sessions and print their numbers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=100)
    asked = parser.parse_args()
    definition = tiny_definition(display={"window_gate": "off"})
    script = ANSWER_AFTER_PAINT % {"delay_ms": DELAY_MS, "n_trials": N_PER_SESSION}
    errors: list[float] = []
    delays: list[float] = []
    with (
        open_hall(Path(tempfile.mkdtemp()), definition, n_features=26) as hall,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        while len(errors) < asked.trials:
            page = browser.new_page()
            page.add_init_script(script)
            seat = hall.seat(page.context)
            page.goto(seat.url, wait_until="commit")
            done = page.locator("#progress-text", has_text=f"Trial {N_PER_SESSION + 1}")
            done.wait_for(timeout=120_000)
            truth = page.evaluate("injected")
            for row, done_at in zip(hall.responses(seat), truth, strict=True):
                delays.append(done_at["sent"] - done_at["painted"])
                errors.append(row.rt_ms - delays[-1])
            page.context.close()
        browser.close()
    print(f"injected, n = {len(delays)}: {mean(delays):.2f} ± {stdev(delays):.2f} ms")
    print(
        f"recorded minus injected: mean {mean(errors):.2f}, SD {stdev(errors):.2f}, "
        f"from {min(errors):.2f} to {max(errors):.2f} ms"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
