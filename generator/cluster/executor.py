"""Who makes packs of work: a protocol, and this process as the simplest answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import torch

from generator.config import SearchConfig
from generator.networks import Network
from generator.search.packing import jobs_per_pass
from generator.search.problem import OnCrops

ResultT = TypeVar("ResultT")
ResultT_co = TypeVar("ResultT_co", covariant=True)


class Packed(Protocol[ResultT_co]):
    """Work that can be done wherever the network is."""

    def make(self, network: Network, on_progress: OnCrops) -> ResultT_co:
        """Do it.

        Args:
            on_progress: told of so many more units of work.
        """


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Finished(Generic[ResultT]):
    """A pack that was made."""

    number: int
    """Of the pack among those given."""

    result: ResultT


@dataclass(frozen=True, kw_only=True, slots=True)
class Lost:
    """A pack that nobody could make."""

    number: int
    reason: str


class Executor(Protocol):
    """Makes packs, in whatever order."""

    @property
    def device(self) -> str:
        """Where the networks lie."""

    @property
    def n_threads(self) -> int:
        """Threads of each process that makes packs: part of what decides the bytes."""

    def jobs_per_pass(self, config: SearchConfig) -> int:
        """Jobs that fit into one pass of a search there."""

    def run(
        self, packs: Sequence[Packed[ResultT]], on_progress: OnCrops
    ) -> Iterator[Finished[ResultT] | Lost]:
        """What becomes of each pack, as soon as it is known.

        Raises:
            GeneratorError: what a pack raises ends all of them.
        """


@dataclass(frozen=True, kw_only=True, eq=False)
class Here:
    """This process makes all packs, one after the other."""

    network: Network

    @property
    def device(self) -> str:
        """Where the network lies."""
        return self.network.device

    @property
    def n_threads(self) -> int:
        """Torch's own, of this process."""
        return torch.get_num_threads()

    def jobs_per_pass(self, config: SearchConfig) -> int:
        """What suits the network's device."""
        return jobs_per_pass(self.network, config)

    def run(
        self, packs: Sequence[Packed[ResultT]], on_progress: OnCrops
    ) -> Iterator[Finished[ResultT] | Lost]:
        """Each pack in its turn."""
        for number, pack in enumerate(packs):
            result = pack.make(self.network, on_progress)
            yield Finished(number=number, result=result)
