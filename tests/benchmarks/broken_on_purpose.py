"""Does each fault test notice what it is there for? The product is broken to see.

    python -m tests.benchmarks.broken_on_purpose
    python -m tests.benchmarks.broken_on_purpose --only F3 --only F15
    python -m tests.benchmarks.broken_on_purpose --json

All files but ignored ones are copied to a temporary folder. There each test has to pass
first; then one line of the product is broken (`tests/benchmarks/breakages.py`), and it
has to fail. Exits with 1 if one did not. The working tree is left alone.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.benchmarks.breakages import BREAKAGES, Breakage, QuotationError
from tests.conftest import ROOT

LIMIT_S = 300
"""Of one test."""
PASSED, FAILED = 0, 1
"""Exit statuses of pytest; others mean that it ran no test."""
REASON = re.compile(r"^(?:FAILED|ERROR) .*?(?: - (.*))?$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What a test did when its line was broken."""

    fault: str
    place: str
    """file:line"""

    text: str
    broken: str
    effect: str
    test: str
    passes_whole: bool
    fails_broken: bool
    reason: str
    """The first line of what the test said."""

    seconds: float

    @property
    def is_noticed(self) -> bool:
        """Whether the test is worth its name."""
        return self.passes_whole and self.fails_broken


def try_out(breakage: Breakage, copy: Path) -> Finding:
    """Run the test as it should pass, break the line, run it as it should fail.

    Raises:
        QuotationError: the line is not there.
    """
    place = f"{breakage.file}:{breakage.line_number(copy)}"
    path = copy / breakage.file
    whole, broken = path.read_text(encoding="utf-8"), breakage.broken_text(copy)
    begun = time.monotonic()
    first, said = run_test(breakage.test, copy)
    if first == PASSED:
        path.write_text(broken, encoding="utf-8")
        try:
            second, said = run_test(breakage.test, copy)
        finally:
            path.write_text(whole, encoding="utf-8")
    return Finding(
        fault=breakage.fault,
        place=place,
        text=breakage.text,
        broken=breakage.broken,
        effect=breakage.effect,
        test=breakage.test,
        passes_whole=first == PASSED,
        fails_broken=first == PASSED and second == FAILED,
        reason=said,
        seconds=round(time.monotonic() - begun, 1),
    )


def run_test(test: str, copy: Path) -> tuple[int, str]:
    """Exit status of pytest in the copy, and what it says of the first failure."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    # Two versions of a file within one second must not share their bytecode.
    variables = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200"}
    try:
        done = subprocess.run(
            [*command, test],
            cwd=copy,
            env=variables,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
        )
    except subprocess.TimeoutExpired:
        return FAILED, f"did not end within {LIMIT_S} s"
    found = REASON.search(done.stdout)
    if found is not None:
        return done.returncode, (found[1] or "").strip()
    return done.returncode, (done.stdout + done.stderr).strip()[-300:]


def copy_tree(target: Path) -> None:
    """All files that git knows or would know, as they are now."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (source := ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target / name)


def lines_of(found: Finding) -> str:
    """For people: what was broken, and what the test said of it."""
    verdict = "noticed" if found.is_noticed else "NOT NOTICED"
    if not found.passes_whole:
        verdict = "FAILS UNBROKEN"
    return (
        f"{found.fault:4} {verdict:15} {found.effect} ({found.seconds:.0f} s)\n"
        f"     {found.place}: {found.text}\n"
        f"     made: {found.broken or '(nothing)'}\n"
        f"     {found.test}\n"
        f"     said: {found.reason}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Break, look, print; 1 if something went unnoticed, 2 if a line is not there."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    faults = list(dict.fromkeys(each.fault for each in BREAKAGES))
    parser.add_argument(
        "--only", action="append", choices=faults, metavar="F3", help="repeatable"
    )
    parser.add_argument("--json", action="store_true", help="print JSON alone")
    options = parser.parse_args(arguments)
    wanted = [b for b in BREAKAGES if b.fault in (options.only or faults)]
    with tempfile.TemporaryDirectory(prefix="broken-on-purpose-") as scratch:
        copy = Path(scratch) / "copy"
        copy_tree(copy)
        try:
            for each in wanted:
                each.line_number(copy)  # before an hour of tests
            findings = []
            for each in wanted:
                findings.append(try_out(each, copy))
                if not options.json:
                    print(lines_of(findings[-1]), flush=True)
        except QuotationError as error:
            print(error, file=sys.stderr)
            return 2
    if options.json:
        print(json.dumps([asdict(each) for each in findings], indent=2))
    else:
        n_noticed = sum(each.is_noticed for each in findings)
        print(f"{n_noticed} of {len(findings)} were noticed")
    return 0 if all(each.is_noticed for each in findings) else 1


if __name__ == "__main__":
    sys.exit(main())
