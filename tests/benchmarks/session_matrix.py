"""Walk 3.10: `python -m tests.benchmarks.session_matrix [--only VALUE ...]`.

Whole sessions from the link to the code, in real Chromium against a real server: every
task and every preset, scaled down, by mouse, keyboard and touch alone, in windows of
320 and 1024 CSS px, at 200 % zoom and with text of 200 %, in each language. Each page
is looked at by axe-core, for its width and for its targets, in English also in dark;
what a touch screen shows otherwise is looked at there again. Prints a table; exit
status 1 when a session failed. `--only en --only mouse` narrows it down.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from playwright.sync_api import Browser, Error, sync_playwright

from tests.browser.chromium import launch
from tests.browser.matrix import LANGUAGES, WINDOWS, Case, every_case
from tests.browser.person import DEVICES, Device
from tests.browser.seats import Hall, open_studies
from tests.browser.studies import definition_of, study_names
from tests.browser.walk import walk

NAMES: Mapping[Device, frozenset[str] | None] = {
    "mouse": None,
    "keyboard": frozenset(),
    "touch": frozenset({"trial", "feedback"}),
}
"""Of the pages that are looked at; None: all."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """How one session went."""

    case: Case
    n_answers: int
    """0 where the study asks for a larger window, said so and gave its code."""
    fault: str | None


def main() -> int:
    """Walk, print, and say by the exit status whether all passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    values = [*study_names(), *DEVICES, *WINDOWS, *LANGUAGES]
    parser.add_argument("--only", choices=values, action="append", default=[])
    parser.add_argument("--json", action="store_true", help="print every session")
    parser.add_argument("--workers", type=int, default=1, help="browsers at a time")
    asked = parser.parse_args()
    with ProcessPoolExecutor(max_workers=asked.workers) as pool:
        cases = narrowed(every_case(study_names()), asked.only)
        studies = dict.fromkeys(case.study for case in cases)
        by_study = [[c for c in cases if c.study == study] for study in studies]
        parts = pool.map(walk_study, by_study)
        results = [result for part in parts for result in part]
    if asked.json:
        print(json.dumps([asdict(each) for each in results], indent=2))
    else:
        print(as_table(results))
    return int(any(each.fault for each in results))


def narrowed(cases: Sequence[Case], only: Sequence[str]) -> list[Case]:
    """The cases that have a wanted value in each field that any value is wanted of."""
    kept = list(cases)
    for field in fields(Case):
        wanted = {getattr(each, field.name) for each in cases} & set(only)
        if wanted:
            kept = [each for each in kept if getattr(each, field.name) in wanted]
    return kept


def walk_study(cases: Sequence[Case]) -> list[Result]:
    """Sessions of one study, on a server of its own."""
    definition = definition_of(cases[0].study)
    with (
        open_studies(Path(tempfile.mkdtemp()), [definition]) as hall,
        sync_playwright() as playwright,
    ):
        sizes_of_text = {window.text_px for window in WINDOWS.values()}
        browsers = {px: launch(playwright, text_px=px) for px in sizes_of_text}
        return [
            walk_case(browsers[WINDOWS[case.size].text_px], hall, case)
            for case in cases
        ]


def walk_case(browser: Browser, hall: Hall, case: Case) -> Result:
    """One session; what fails is told and stops no other."""
    try:
        n_answers = walk(
            browser,
            hall,
            case,
            names=NAMES[case.device],
            in_every_scheme=case.device == "mouse" and case.language == "en",
        )
    except (AssertionError, Error) as error:
        fault = str(error) or repr(error)
        print(f"FAILED {case}: {fault}", file=sys.stderr, flush=True)
        return Result(case=case, n_answers=0, fault=fault)
    print(f"passed {case}: {n_answers} answers", file=sys.stderr, flush=True)
    return Result(case=case, n_answers=n_answers, fault=None)


def as_table(results: Sequence[Result]) -> str:
    """Passed of walked by study and window, each failure, and the sum."""
    lines = [f"{'passed of walked':24}" + "".join(f"{size:>14}" for size in WINDOWS)]
    for study in dict.fromkeys(result.case.study for result in results):
        lines.append(f"{study:24}" + "".join(_cell(results, study, s) for s in WINDOWS))
    failed = [each for each in results if each.fault]
    lines += [f"FAILED {each.case}: {each.fault}" for each in failed]
    by_device = Counter(each.case.device for each in results if not each.fault)
    devices = ", ".join(f"{by_device[device]} by {device}" for device in DEVICES)
    n_refused = sum(not each.n_answers for each in results if not each.fault)
    lines.append(
        f"{len(results) - len(failed)} of {len(results)} sessions passed ({devices}); "
        f"{n_refused} of them ended kindly at a window that the study refuses"
    )
    return "\n".join(lines)


def _cell(results: Sequence[Result], study: str, size: str) -> str:
    here = [r for r in results if (r.case.study, r.case.size) == (study, size)]
    return f"{sum(r.fault is None for r in here)}/{len(here)}".rjust(14)


if __name__ == "__main__":
    raise SystemExit(main())
