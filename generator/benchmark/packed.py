"""Throughput of jobs that are searched together, as many as a device holds."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from generator.benchmark.ours import run_ours
from generator.benchmark.setting import BenchmarkSetting
from generator.benchmark.timing import Timing


@dataclass(frozen=True, kw_only=True, slots=True)
class PackedThroughput:
    """One pack of jobs, timed as a whole."""

    n_jobs: int

    seconds_per_step: float
    """Of one job: the pack's over their number."""

    seconds_per_accentuation: float
    """Likewise, with the balance before it."""

    floor_multiple: float
    """Steps over the bare passes of the same pack, of a run that times them."""

    utilization: float | None
    """Share of the time in which the device computed, in a run without the floor, the
    first step left out; see `utilization.Utilization`."""

    peak_memory_mb: float

    def to_json(self) -> dict[str, Any]:
        """Every field, and how many an hour holds."""
        per_hour = 3600 / self.seconds_per_accentuation
        return {**asdict(self), "accentuations_per_hour": per_hour}


def measure_packed(
    setting: BenchmarkSetting,
    *,
    n_jobs: int | None,
    n_steps: int,
    tell: Callable[[str], None],
) -> PackedThroughput:
    """Time one pack twice: as it runs, and with the floor between its steps.

    Args:
        n_jobs: None: as many as a run would pack on the setting's device.
        n_steps: of one accentuation.

    Raises:
        BenchmarkError: a run fails.
    """
    tell("a pack of jobs")
    plain = run_ours(setting, n_jobs=n_jobs, times_floor=False)
    tell("a pack of jobs, with its floor")
    floored = run_ours(setting, n_jobs=n_jobs)
    return packed_from(plain, floored, n_steps=n_steps)


def packed_from(plain: Timing, floored: Timing, *, n_steps: int) -> PackedThroughput:
    """What two runs of one pack say, the second with its floor."""
    floor = floored.floor_seconds_per_step or 1.0
    return PackedThroughput(
        n_jobs=plain.n_jobs,
        seconds_per_step=plain.seconds_per_step / plain.n_jobs,
        seconds_per_accentuation=plain.seconds_of(n_steps) / plain.n_jobs,
        floor_multiple=floored.seconds_per_step / floor,
        utilization=plain.utilization,
        peak_memory_mb=plain.peak_memory_mb,
    )
