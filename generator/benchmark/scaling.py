"""How the cost of an accentuation grows with the number of jobs in a call. No torch."""

import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from generator.benchmark.process import ask
from generator.benchmark.setting import BenchmarkSetting

N_JOBS = (1, 10, 100)

_DRAWS, _STEPS = 2, 2
"""Short searches: it is their number that is looked at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class JobsScaling:
    """So many jobs in one call."""

    n_jobs: int

    seconds_each: float
    """Per accentuation: search, balance and measuring; median of the repeats."""

    relative: float
    """The same over that of one job alone."""

    peak_memory_mb: float
    """Of the process; median of the repeats."""

    def to_json(self) -> dict[str, Any]:
        """Every field."""
        return asdict(self)


def measure_scaling(
    setting: BenchmarkSetting,
    *,
    n_jobs: Sequence[int] = N_JOBS,
    repeats: int = 1,
    tell: Callable[[str], None],
) -> list[JobsScaling]:
    """Time calls of different numbers of jobs, in turn, each in a process of its own.

    Args:
        setting: network, photograph, canvas, layer, threads and device are kept; the
            searches are of 2 steps of 2 crops, with a balance of 2.
        n_jobs: smallest first.
        repeats: of calls of up to ten jobs; the larger ones repeat themselves.

    Raises:
        BenchmarkError: a run fails.
    """
    short = replace(setting, draws_per_step=_DRAWS, steps=_STEPS)
    seconds: dict[int, list[float]] = {n: [] for n in n_jobs}
    memory: dict[int, list[float]] = {n: [] for n in n_jobs}
    for repeat in range(repeats):
        for n in n_jobs:
            if repeat and n > 10:
                continue
            tell(f"{n} jobs in one call")
            found = _time_jobs(short, n)
            seconds[n].append(found["seconds"] / n)
            memory[n].append(found["peak_memory_mb"])
    alone = statistics.median(seconds[n_jobs[0]])
    return [
        JobsScaling(
            n_jobs=n,
            seconds_each=statistics.median(seconds[n]),
            relative=statistics.median(seconds[n]) / alone,
            peak_memory_mb=statistics.median(memory[n]),
        )
        for n in n_jobs
    ]


def _time_jobs(setting: BenchmarkSetting, n_jobs: int) -> dict[str, float]:
    request = {
        "setting": setting.to_json(),
        "n_jobs": n_jobs,
        "n_threads": setting.n_threads,
        "library": "accentuate",
    }
    return ask([sys.executable, "-m", "generator.benchmark.scaling_runner"], request)
