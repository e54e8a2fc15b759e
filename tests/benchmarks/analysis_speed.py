"""Every limit of the analysis on time and memory: one table, met or missed.

    python -m tests.benchmarks.analysis_speed
    python -m tests.benchmarks.analysis_speed --parts fit lme4

Parts: `fit` (the confirmatory fit of 130,000 responses and 10,000 two-way resamples),
`lme4` (beside R on one smaller study), `report` (a whole report of 130,000 responses),
`growth` (reports of 10,000 and 1,000,000 beside it; about ten minutes and 8 GB). Run it
on a machine that does nothing else. The exit code tells whether all limits were met.
"""

import argparse
import math
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from analysis.power.components import StudyPlan
from tests.benchmarks.primary_fit import (
    beside_lme4,
    drawn_study,
    timed_bootstrap,
    timed_fit,
)
from tests.benchmarks.report_speed import report_in_own_process

LARGE = 130_000
SIZES = (10_000, LARGE, 1_000_000)


class Row(NamedTuple):
    """One limit."""

    name: str
    measured: float
    limit: float
    unit: str

    @property
    def is_met(self) -> bool:
        """Whether it held; a limit that was not measured did not."""
        return self.measured <= self.limit

    def __str__(self) -> str:
        """A line of the table."""
        said = "met" if self.is_met else "MISSED"
        values = f"{self.measured:10.4g} {self.limit:10.4g} {self.unit:6s}"
        return f"{self.name:58s} {values} {said}"


def main() -> int:
    """Print the table, each row as it is measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    print(f"{'limit':58s} {'measured':>10s} {'limit':>10s} unit")
    is_met = True
    for part in parser.parse_args().parts:
        for row in PARTS[part]():
            print(row, flush=True)
            is_met &= row.is_met
    return 0 if is_met else 1


def _fit() -> Iterator[Row]:
    rng = np.random.default_rng(0)
    plan = StudyPlan(
        n_participants=LARGE // 50, n_features=100, n_conditions=5, n_trials=50
    )
    rows, design = drawn_study(plan, rng)
    fit, seconds = timed_fit(design.problem)
    yield Row("confirmatory fit of 130,000, with errors", seconds, 60, "s")
    yield Row("the same: status other than ok", float(fit.status != "ok"), 0, "")
    drawing = timed_bootstrap(rows, plan, rng)
    yield Row("10,000 two-way resamples of it, all conditions", drawing, 5, "s")


def _lme4() -> Iterator[Row]:
    found = beside_lme4(60, np.random.default_rng(0))
    if found is None:
        yield Row("beside lme4: no Rscript here", math.nan, 0, "s")
        return
    n = f"{found.n_responses:,}"
    yield Row(f"fit of {n}, limit: lme4", found.our_seconds, found.lme4_seconds, "s")
    gap = found.largest_difference
    yield Row("the same: largest difference of an estimate", gap, 5e-3, "")


def _report() -> Iterator[Row]:
    found = report_in_own_process(LARGE)
    yield Row("whole report of 130,000", found.seconds, 60, "s")
    yield Row("the same: peak memory", found.peak_gb, 2, "GB")


def _growth() -> Iterator[Row]:
    """Seconds of each size against n log n from the size before."""
    n_before, before = SIZES[0], report_in_own_process(SIZES[0]).seconds
    for n in SIZES[1:]:
        seconds = report_in_own_process(n).seconds
        allowed = before * (n * math.log(n)) / (n_before * math.log(n_before))
        name = f"whole report of {n:,}, limit: n log n from {n_before:,}"
        yield Row(name, seconds, allowed, "s")
        n_before, before = n, seconds


PARTS: Mapping[str, Callable[[], Iterator[Row]]] = {
    "fit": _fit,
    "lme4": _lme4,
    "report": _report,
    "growth": _growth,
}


if __name__ == "__main__":
    sys.exit(main())
