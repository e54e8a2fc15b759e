"""How many crops go through a network at once, also when memory runs out."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from generator.errors import OutOfMemoryError
from generator.search.transforms import Draws

_log = logging.getLogger(__name__)


@dataclass(kw_only=True, slots=True)
class PassSize:
    """How many crops go through the network at once; shrinks when memory runs out."""

    n_crops: int | None = None
    """None: all of a step."""

    def halve(self, tried: int, *, is_fixed: bool = False) -> None:
        """Half of what was tried.

        Args:
            is_fixed: passes of another size would round differently, which is not
                wanted.

        Raises:
            OutOfMemoryError: a single crop does not fit, or the size is fixed.
        """
        if is_fixed:
            raise OutOfMemoryError(
                f"{tried} crops do not fit into the memory, and smaller passes would "
                "not give the same bytes; lower draws_per_step or canvas_px, or leave "
                "`deterministic` off"
            )
        if tried <= 1:
            raise OutOfMemoryError(
                "one crop of one picture does not fit into the memory; use a smaller "
                "network or canvas, or a device with more memory"
            )
        self.n_crops = tried // 2
        _log.warning("out of memory with %d crops; going on with %d", tried, tried // 2)


@dataclass(frozen=True, slots=True)
class Part:
    """Draws of some jobs that go through the network together."""

    jobs: range
    draws: range

    @property
    def n_crops(self) -> int:
        return len(self.jobs) * len(self.draws)

    def of(self, draws: Draws) -> Draws:
        """Of all draws, those of this part."""
        return draws.cut(self.rows, slice(self.draws.start, self.draws.stop))

    @property
    def rows(self) -> slice:
        """Which jobs."""
        return slice(self.jobs.start, self.jobs.stop)

    def alike(self, is_lower: Sequence[bool]) -> "Iterator[Part]":
        """Parts whose jobs are of one kind; all are, where no kinds are given."""
        first = self.jobs.start
        for job in self.jobs:
            is_last = job + 1 == self.jobs.stop
            if is_last or (is_lower and is_lower[job + 1] != is_lower[job]):
                yield Part(range(first, job + 1), self.draws)
                first = job + 1

    def halves(self) -> "Iterator[Part]":
        """Two parts of about half the size; jobs are parted before draws."""
        if len(self.jobs) > 1:
            middle = len(self.jobs) // 2
            yield Part(self.jobs[:middle], self.draws)
            yield Part(self.jobs[middle:], self.draws)
        elif len(self.draws) > 1:
            middle = len(self.draws) // 2
            yield Part(self.jobs, self.draws[:middle])
            yield Part(self.jobs, self.draws[middle:])
        else:
            yield self


def parts(size: PassSize, n_jobs: int, n_draws: int) -> Iterator[Part]:
    """All draws of all jobs, in passes no larger than allowed."""
    allowed = size.n_crops or n_jobs * n_draws
    jobs_each = max(1, allowed // n_draws)
    draws_each = min(n_draws, allowed)
    for first in range(0, n_jobs, jobs_each):
        jobs = range(first, min(first + jobs_each, n_jobs))
        for start in range(0, n_draws, draws_each):
            yield Part(jobs, range(start, min(start + draws_each, n_draws)))


def is_out_of_memory(error: RuntimeError) -> bool:
    """Whether a device or the machine ran out of memory."""
    if isinstance(error, torch.OutOfMemoryError):
        return True
    text = str(error)  # the CPU's allocator has no class of its own
    return "DefaultCPUAllocator" in text or "out of memory" in text
