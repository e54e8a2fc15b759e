"""Measure 3.3: `python -m tests.benchmarks.trial_timing [--trials 100]`.

Answers are injected 500 ms after the onset, one session after the other, and compared
with what was recorded. An onset is the time stamp of the frame that shows the options
(3.1); exit status 0 when each answer was recovered within one frame (17 ms) of what was
really injected, with a standard deviation of 5 ms at most.

Then the same is done with answers 500 ms after the options were painted, by the
browser's own element timing. What a frame shows is painted after its time stamp: these
numbers say by how much, here and in this browser, and how steadily. They judge nothing,
since without a screen nothing says when the light changed.
"""

import argparse
import tempfile
from pathlib import Path
from statistics import mean, stdev

from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import launch
from tests.browser.drivers import ANSWER_AFTER, ANSWER_AFTER_PAINT
from tests.browser.seats import Hall, open_hall
from tests.browser.timing import DELAY_MS, LIMIT_MS, LIMIT_SD_MS, Recovery
from tests.study_server.study_fixture import tiny_definition

N_PER_SESSION = 25
"""Of a session, which has three more."""


def main() -> int:
    """Run the sessions, print their numbers and the verdict."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=100)
    asked = parser.parse_args()
    definition = tiny_definition(study={"n_slots": 64}, display={"window_gate": "off"})
    with (
        open_hall(Path(tempfile.mkdtemp()), definition, n_features=26) as hall,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        by_frame = recover(browser, hall, ANSWER_AFTER, "onset", asked.trials)
        by_paint = recover(browser, hall, ANSWER_AFTER_PAINT, "painted", asked.trials)
        browser.close()
    print(f"after the frame:    {describe(by_frame)}")
    print(f"after it's painted: {describe(by_paint)} (judges nothing)")
    limits = f"within {LIMIT_MS} ms, SD at most {LIMIT_SD_MS} ms"
    print(f"{'passed' if by_frame.is_within_limits else 'FAILED'}: {limits}")
    return int(not by_frame.is_within_limits)


def recover(
    browser: Browser, hall: Hall, script: str, since: str, n_trials: int
) -> Recovery:
    """Sessions until there are so many trials.

    Args:
        script: answers, and notes in `injected` when it `sent` and `since` when.
    """
    rt_ms: list[float] = []
    errors_ms: list[float] = []
    while len(rt_ms) < n_trials:
        page = browser.new_page()
        asked = {"delay_ms": DELAY_MS, "n_trials": N_PER_SESSION}
        page.add_init_script(script % asked)
        seat = hall.seat(page.context)
        page.goto(seat.url, wait_until="commit")
        done = page.locator("#progress-text", has_text=f"Trial {N_PER_SESSION + 1} of")
        done.wait_for(timeout=120_000)
        truth = page.evaluate("injected")
        for row, done_at in zip(hall.responses(seat), truth, strict=True):
            rt_ms.append(row.rt_ms)
            errors_ms.append(row.rt_ms - (done_at["sent"] - done_at[since]))
        page.context.close()
    return Recovery(rt_ms=rt_ms, errors_ms=errors_ms)


def describe(found: Recovery) -> str:
    """One line for people."""
    errors = found.errors_ms
    return (
        f"n = {len(errors)}, recorded {mean(found.rt_ms):.2f} ms; recorded minus "
        f"injected {mean(errors):+.2f} ± {stdev(errors):.2f} ms, "
        f"from {min(errors):+.2f} to {max(errors):+.2f} ms"
    )


if __name__ == "__main__":
    raise SystemExit(main())
