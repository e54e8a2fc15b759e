"""Watches a search climb past levels of activation, and finds the picture at each."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from generator.goals.straddle import Measure, bisect
from generator.search.opacity import OpacityAccumulator
from generator.search.optimize import Iterate


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Stand:
    """One job at one iterate."""

    parameters: Tensor
    """(1, …)."""

    value: float
    """What the objective makes of the picture as it would be saved."""

    n_steps: int
    opacity: OpacityAccumulator
    """(1, …): summed up to the iterate."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class AtLevel:
    """The pictures of all jobs, each at one of its levels."""

    parameters: Tensor
    """(J, …)."""

    stands: list[Stand]
    """The iterate at or after each picture."""

    @property
    def opacity(self) -> OpacityAccumulator:
        """(J, …): summed up to the pictures."""
        return OpacityAccumulator(
            raw=torch.cat([stand.opacity.raw for stand in self.stands]),
            coverage=torch.cat([stand.opacity.coverage for stand in self.stands]),
        )


class LevelWatch:
    """Keeps, for J jobs, the first two iterates that straddle each wanted value."""

    def __init__(self, measure: Measure, wanted: Sequence[Sequence[float]]) -> None:
        """Begin.

        Args:
            measure: parameters to the objectives of the pictures as they would be
                saved, whole and un-augmented.
            wanted: values of each job, not below the start's.
        """
        self._measure = measure
        self._wanted = wanted
        self._before: list[Stand] = []
        self._highest: list[Stand] = []
        self._pairs: dict[tuple[int, int], tuple[Stand, Stand]] = {}

    def on_iterate(self, here: Iterate) -> bool:
        """Take in an iterate; True when every level of every job has been passed."""
        values = self._measure(here.parameters).tolist()
        now = [_stand(here, job, value) for job, value in enumerate(values)]
        before = self._before or now
        for job, levels in enumerate(self._wanted):
            low, high = sorted((before[job].value, now[job].value))
            for number, level in enumerate(levels):
                if (job, number) not in self._pairs and low <= level <= high:
                    self._pairs[job, number] = (before[job], now[job])
        self._highest = [
            max(old, new, key=lambda stand: stand.value)
            for old, new in zip(self._highest or now, now, strict=True)
        ]
        self._before = now
        return len(self._pairs) == sum(len(levels) for levels in self._wanted)

    def has_passed(self, job: int, number: int) -> bool:
        """Whether a job's search came past its level of that number."""
        return (job, number) in self._pairs

    def found(self, number: int, *, tolerance: Sequence[float]) -> AtLevel:
        """The picture of every job at the level of that number, counted from 0.

        Where the search never came so far, or a job has no such level, its highest
        iterate.

        Args:
            tolerance: error of each job at which its bisection stops.
        """
        n_jobs = len(self._wanted)
        pairs = [self._pair(job, number) for job in range(n_jobs)]
        is_between = [(job, number) in self._pairs for job in range(n_jobs)]
        wanted = [
            self._wanted[job][number] if between else pairs[job][0].value
            for job, between in enumerate(is_between)
        ]
        ordered = [sorted(pair, key=lambda stand: stand.value) for pair in pairs]
        nearest = bisect(
            self._measure,
            torch.cat([pair[0].parameters for pair in ordered]),
            torch.cat([pair[1].parameters for pair in ordered]),
            torch.tensor(wanted, dtype=torch.float64),
            tolerance=torch.tensor(
                [
                    width if between else torch.inf
                    for width, between in zip(tolerance, is_between, strict=True)
                ],
                dtype=torch.float64,
            ),
        )
        return AtLevel(
            parameters=nearest.parameters, stands=[after for _, after in pairs]
        )

    def _pair(self, job: int, number: int) -> tuple[Stand, Stand]:
        highest = self._highest[job]
        return self._pairs.get((job, number), (highest, highest))


def _stand(here: Iterate, job: int, value: float) -> Stand:
    row = slice(job, job + 1)
    return Stand(
        parameters=here.parameters[row].clone(),
        value=value,
        n_steps=here.n_steps,
        opacity=OpacityAccumulator(
            raw=here.opacity.raw[row].clone(),
            coverage=here.opacity.coverage[row].clone(),
        ),
    )
