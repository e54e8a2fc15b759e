"""What one worker of a cluster does: it keeps the network and makes packs."""

import os
import pickle
import socket
from dataclasses import dataclass
from typing import Any

import torch

from generator.cluster.executor import Packed
from generator.config import SearchConfig
from generator.errors import ClusterError, GeneratorError
from generator.freed_memory import keep_freed_memory
from generator.networks import Network
from generator.provenance import code_key
from generator.search.packing import jobs_per_pass


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkerFacts:
    """What must be alike on all machines for the same bytes, and who it is."""

    code_key: str
    torch: str
    n_threads: int
    host: str
    pid: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a worker sends back."""

    result: Any = None

    error: GeneratorError | None = None
    """What a user can act on."""

    progress: int = 0
    """Units of work that the pack was."""


class Worker:
    """Lives in a process of its own, as a Ray actor."""

    def __init__(self) -> None:
        self._network: Network | None = None

    def start(self, network: Network, device: str, n_threads: int) -> WorkerFacts:
        """Take the network in; says who this is."""
        torch.set_num_threads(n_threads)
        keep_freed_memory()
        self._network = network.moved_to(device)
        return own_facts()

    @property
    def network(self) -> Network:
        """The network, once it was taken in."""
        if self._network is None:
            raise ClusterError("a worker was given work before its network")
        return self._network

    def jobs_per_pass(self, config: SearchConfig) -> int:
        """Jobs that fit into one pass here."""
        return jobs_per_pass(self.network, config)

    def make(self, pack: Packed[Any]) -> bytes:
        """A pickled `Answer`: it outlives Ray's own store, which would fill up."""
        told: list[int] = []
        try:
            result = pack.make(self.network, told.append)
            answer = Answer(result=result, progress=sum(told))
        except GeneratorError as error:
            answer = Answer(error=error)
        return pickle.dumps(answer)


def own_facts() -> WorkerFacts:
    """Of this process."""
    return WorkerFacts(
        code_key=code_key(),
        torch=torch.__version__,
        n_threads=torch.get_num_threads(),
        host=socket.gethostname(),
        pid=os.getpid(),
    )
