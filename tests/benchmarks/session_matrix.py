"""Walk 3.10: `python -m tests.benchmarks.session_matrix [--only VALUE ...]`.

Whole sessions from the link to the code, in real Chromium against a real server: every
task and every preset, scaled down, by mouse, keyboard and touch alone, in windows of
320 and 1024 CSS px, at 200 % zoom and with text of 200 %, in each language. Each page
is looked at by axe-core, for its width and for its targets, in English also in dark;
what a touch screen shows otherwise is looked at there again. Prints a table; exit
status 1 when a session failed. `--only en --only mouse` narrows it down.

With `--results FILE` each session is noted there as soon as it has ended, one line of
JSON, and those that passed before are not walked again; `--minutes 5` begins no further
one after that time (exit status 2 while some are left). So the matrix can be walked in
parts, and what is killed loses one session.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, fields
from functools import partial
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
    seconds: float
    """From opening the window to the code."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Where to note results, and when to begin no further session."""

    results: Path | None
    ends_at: float
    """By `time.time`."""


def main() -> int:
    """Walk, print, and say by the exit status whether all passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    values = [*study_names(), *DEVICES, *WINDOWS, *LANGUAGES]
    parser.add_argument("--only", choices=values, action="append", default=[])
    parser.add_argument("--results", type=Path, metavar="FILE")
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("--workers", type=int, default=1, help="browsers at a time")
    asked = parser.parse_args()
    cases = narrowed(every_case(study_names()), asked.only)
    before = {each.case: each for each in passed_before(asked.results)}
    left = [case for case in cases if case not in before]
    limits = Limits(results=asked.results, ends_at=time.time() + 60 * asked.minutes)
    with ProcessPoolExecutor(max_workers=asked.workers) as pool:
        parts = pool.map(partial(walk_study, limits=limits), in_turns(left))
        walked = {each.case: each for part in parts for each in part}
    found = {**before, **walked}
    print(as_table([found[case] for case in cases if case in found]))
    if n_left := len(cases) - len(found.keys() & {*cases}):
        print(f"{n_left} sessions are left: run this again")
    if any(each.fault for each in walked.values()):
        return 1
    return 2 if n_left else 0


def passed_before(path: Path | None) -> Iterator[Result]:
    """The sessions that passed, of those that a file of results knows."""
    if path is None or not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        noted = json.loads(line)
        if noted["fault"] is None:
            yield Result(**{**noted, "case": Case(**noted["case"])})


def in_turns(cases: Sequence[Case]) -> list[list[Case]]:
    """Cases of one study, a few at a time; what differs most comes first.

    In each of eight turns every study meets every device once, in windows and languages
    that change from turn to turn.
    """

    def turn(case: Case) -> tuple[int, int]:
        shift = study_names().index(case.study) + DEVICES.index(case.device)
        size = (list(WINDOWS).index(case.size) - shift) % len(WINDOWS)
        language = (LANGUAGES.index(case.language) - shift - size) % len(LANGUAGES)
        return language, size

    groups: dict[tuple[tuple[int, int], str], list[Case]] = {}
    for case in sorted(cases, key=turn):
        groups.setdefault((turn(case), case.study), []).append(case)
    return list(groups.values())


def narrowed(cases: Sequence[Case], only: Sequence[str]) -> list[Case]:
    """The cases that have a wanted value in each field that any value is wanted of."""
    kept = list(cases)
    for field in fields(Case):
        wanted = {getattr(each, field.name) for each in cases} & set(only)
        if wanted:
            kept = [each for each in kept if getattr(each, field.name) in wanted]
    return kept


def walk_study(cases: Sequence[Case], *, limits: Limits) -> list[Result]:
    """Sessions of one study, on a server of its own, as far as the time goes."""
    if time.time() >= limits.ends_at:
        return []
    definition = definition_of(cases[0].study)
    with (
        open_studies(Path(tempfile.mkdtemp()), [definition]) as hall,
        sync_playwright() as playwright,
    ):
        sizes_of_text = {window.text_px for window in WINDOWS.values()}
        browsers = {px: launch(playwright, text_px=px) for px in sizes_of_text}
        results = []
        for case in cases:
            if time.time() >= limits.ends_at:
                break
            results.append(walk_case(browsers[WINDOWS[case.size].text_px], hall, case))
            if limits.results is not None:
                with limits.results.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(results[-1])) + "\n")
        return results


def walk_case(browser: Browser, hall: Hall, case: Case) -> Result:
    """One session; what fails is told and stops no other."""
    began = time.monotonic()
    n_answers, fault = 0, None
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
    seconds = round(time.monotonic() - began, 1)
    outcome = f"passed {case}: {n_answers} answers, {seconds} s"
    told = outcome if fault is None else f"FAILED {case}: {fault}"
    print(told, file=sys.stderr, flush=True)
    return Result(case=case, n_answers=n_answers, fault=fault, seconds=seconds)


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
