"""Measure 3.8: `python -m tests.benchmarks.slow_link [--study NAME] [--trials N]`.

A session over 1.6 Mbit/s with 5 % of requests failing, with pictures of 224 px that
take as many bytes as photographs, by someone who studies the panel for its least time
and answers `--answer-ms` after the options appeared. Exit status 0 when every trial was
complete and the median wait between trials, feedback apart, was below 300 ms after the
first window.

No way of loading helps where a trial's pictures take longer than the trial itself: then
the wait is the difference. What the link allows is printed beside what was found.
"""

import argparse
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from study_server.design.definition import StudyDefinition
from study_server.models import Response
from tests.browser.chromium import launch
from tests.browser.drivers import ANSWER_AFTER
from tests.browser.seats import Hall, open_studies
from tests.browser.slow_link import (
    DOWN_BYTES_PER_S,
    FAILURE_RATE,
    describe,
    slow_down,
    waits_ms,
)
from tests.browser.studies import definition_of

LIMIT_MS = 300
GRAIN_BITS = 5
"""Pictures of 224 px take 108 kB, as photographs do."""
LONGEST_MS = 3_600_000
STUDIES: Mapping[str, dict[str, Any]] = {
    "extrapolation": {
        "design": {"n_features": 50},
        "timing": {"panel_min_ms": 8000},
        "catch": {"n_trials": 8},
    },
    "imi2023": {
        "design": {"n_features": 40, "n_features_per_session": 40},
        "display": {"buttons_locked_ms": 1500},
        "timing": {"panel_min_ms": 0, "feedback_delay_ms": 350, "feedback_ms": 1150},
        "catch": {"n_trials": 5},
    },
}
"""As long as the presets, with their own pauses."""
BUNDLES: Mapping[str, dict[str, int]] = {
    "extrapolation": {"n_features": 52, "n_tiles": 8, "n_occlusions": 0},
    "imi2023": {"n_features": 42, "n_tiles": 9, "n_pairs": 2, "n_occlusions": 1},
}
"""No larger than needed: a picture takes a while to make."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """What was stored, and what the browser had in sight."""

    rows: list[Response]
    n_whole: list[int]
    """Complete images at each answer."""
    n_failed: int
    """Requests."""
    image_bytes: float
    """Of a picture, on average."""


def main() -> int:
    """Run the session and print its numbers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--study", choices=tuple(STUDIES), default="extrapolation")
    parser.add_argument("--trials", type=int, help="all but one by default")
    parser.add_argument("--answer-ms", type=int, default=4000)
    parser.add_argument("--image-px", type=int, default=224)
    asked = parser.parse_args()
    definition = definition_of(asked.study, **STUDIES[asked.study])
    with (
        open_studies(
            Path(tempfile.mkdtemp()),
            [definition],
            **BUNDLES[asked.study],
            image_side_px=asked.image_px,
            grain_bits=GRAIN_BITS,
        ) as hall,
        sync_playwright() as playwright,
    ):
        session = run_session(
            launch(playwright),
            hall,
            definition,
            n_trials=asked.trials or n_trials(definition) - 1,
            answer_ms=asked.answer_ms,
        )
    return report(session, definition, answer_ms=asked.answer_ms)


def run_session(
    browser: Browser,
    hall: Hall,
    definition: StudyDefinition,
    *,
    n_trials: int,
    answer_ms: int,
) -> Session:
    """So many trials of a session, each answered after the same time."""
    page = browser.new_page(viewport={"width": 1920, "height": 1080})
    page.add_init_script(ANSWER_AFTER % {"delay_ms": answer_ms, "n_trials": n_trials})
    seat = hall.seat(page.context, study_id=definition.study.study_id)
    failed = slow_down(page, rng_seed=1)
    n_bytes: list[int] = []
    page.on(
        "response",
        lambda answer: (
            n_bytes.append(int(answer.headers["content-length"]))
            if "/image/" in answer.url
            else None
        ),
    )
    page.goto(seat.url, wait_until="commit")
    done = page.locator("#progress-text", has_text=f"Trial {n_trials + 1} of")
    done.wait_for(timeout=LONGEST_MS)
    page.unroute_all(behavior="ignoreErrors")
    return Session(
        rows=hall.responses(seat),
        n_whole=[each["n_whole"] for each in page.evaluate("injected")],
        n_failed=len(failed),
        image_bytes=mean(n_bytes),
    )


def report(session: Session, definition: StudyDefinition, *, answer_ms: int) -> int:
    """Print what was found and what the link allows; 1 when 3.8 is not met."""
    timing = definition.timing
    feedback_ms = 0
    if definition.main.has_feedback:
        feedback_ms = timing.feedback_delay_ms + timing.feedback_ms
    n_images = images_of_a_trial(definition)
    trial_s = (timing.panel_min_ms + answer_ms + feedback_ms) / 1000
    n_bytes = n_images * session.image_bytes
    link_s = n_bytes / DOWN_BYTES_PER_S / (1 - FAILURE_RATE)
    waits = [wait - feedback_ms for wait in waits_ms(session.rows)]
    n_complete = session.n_whole.count(n_images)
    print(
        f"{n_images} pictures of {session.image_bytes / 1000:.0f} kB each take the "
        f"link {link_s:.1f} s; their trial takes {trial_s:.1f} s"
    )
    whole = f"{n_complete} of {len(session.rows)} trials complete"
    print(f"{session.n_failed} requests failed; {whole}")
    print(describe(waits))
    if link_s > trial_s:
        print(f"the link alone makes one wait {link_s - trial_s:.1f} s for each trial")
    is_passed = n_complete == len(session.rows) and median(waits) < LIMIT_MS
    print("passed" if is_passed else "FAILED")
    return int(not is_passed)


def n_trials(definition: StudyDefinition) -> int:
    """Of the main part."""
    return (definition.design.n_features or 0) + (definition.catch.n_trials or 0)


def images_of_a_trial(definition: StudyDefinition) -> int:
    """Tiles and the two options."""
    design = definition.design
    return design.n_panel_tiles * (1 + design.has_negative_panel) + 2


if __name__ == "__main__":
    raise SystemExit(main())
