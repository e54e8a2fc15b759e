"""Packs: jobs of one kind of picture that share passes through the network.

A pack can be made anywhere: it holds settings and pictures, and is given a network.
A job's bytes depend on how many jobs its pack has and on its place there, because
kernels round by both, but not on the other jobs: the place of one that is finished
already, or refused, is filled with a copy of another.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from generator.bundles.made_picture import MadePicture
from generator.config import SearchConfig
from generator.networks import Network
from generator.search.problem import OnCrops

JobT = TypeVar("JobT")
JobT_contra = TypeVar("JobT_contra", contravariant=True)


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    """What became of a job."""

    pictures: tuple[MadePicture, ...] = ()

    fault: str | None = None
    """Why there are no pictures: which could not be made and for what reason, one per
    line."""


class Stage(Protocol[JobT_contra]):
    """How pictures of one kind are made. Holds no network, so that it can travel."""

    @property
    def kind(self) -> str:
        """Of pictures."""

    @property
    def settings(self) -> object:
        """What pictures depend on beside the network and their job, by its `repr`."""

    @property
    def shared_search(self) -> SearchConfig | None:
        """The search whose passes jobs can share. None: each job is a pack."""

    def describe(self, job: JobT_contra) -> str:
        """A job for people."""

    def content(self, job: JobT_contra) -> object:
        """What tells a job apart, as plain values."""

    def work(self, network: Network, job: JobT_contra) -> int:
        """How much of the stage's progress a job is."""

    def company(self, network: Network, job: JobT_contra) -> Hashable:
        """Jobs of equal company can share passes."""

    def make(
        self, network: Network, jobs: Sequence[JobT_contra], on_progress: OnCrops
    ) -> list[Outcome]:
        """What becomes of each job, all of them made together."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Pack(Generic[JobT]):
    """Jobs that are made in one go."""

    stage: Stage[JobT]

    places: tuple[JobT | None, ...]
    """The job at each place; None where its pictures are there already."""

    def make(self, network: Network, on_progress: OnCrops) -> list[Outcome]:
        """What becomes of each job that is not there already."""
        jobs = dict(enumerate(self.places))
        wanted = {place: job for place, job in jobs.items() if job is not None}
        is_full = len(wanted) == len(jobs)
        tell = on_progress if is_full else _say_nothing
        found = self._made(network, wanted, tell)
        if not is_full:  # copies are nobody's progress
            on_progress(sum(self.stage.work(network, job) for job in wanted.values()))
        good = {place: wanted[place] for place in wanted if not found[place].fault}
        if good and len(good) < len(wanted):
            # Without those that were refused the passes were smaller: once more, full.
            found |= self._made(network, good, _say_nothing)
        return [found[place] for place in wanted]

    def _made(
        self, network: Network, jobs: Mapping[int, JobT], tell: OnCrops
    ) -> dict[int, Outcome]:
        """What becomes of jobs at their places, the others filled with copies."""
        copy = next(iter(jobs.values()))
        filled = [jobs.get(place, copy) for place in range(len(self.places))]
        found = self.stage.make(network, filled, tell)
        return {place: found[place] for place in jobs}


def cut_into_packs(
    stage: Stage[JobT], network: Network, jobs: Sequence[JobT], *, n_together: int
) -> list[list[int]]:
    """The numbers of the jobs of each pack: jobs of one company, in their order."""
    companies: dict[Hashable, list[int]] = {}
    for number, job in enumerate(jobs):
        companies.setdefault(stage.company(network, job), []).append(number)
    return [
        members[first : first + n_together]
        for members in companies.values()
        for first in range(0, len(members), n_together)
    ]


def _say_nothing(_n: int) -> None:
    """Progress that is told otherwise."""
