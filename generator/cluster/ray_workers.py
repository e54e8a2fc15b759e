"""Packs made by the workers of a Ray cluster; one that dies costs only its pack."""

import logging
import pickle
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from generator.cluster.cluster_config import ClusterConfig
from generator.cluster.connection import connected
from generator.cluster.executor import Finished, Lost, Packed
from generator.cluster.hiring import Staff, hire
from generator.cluster.worker import Answer
from generator.config import SearchConfig
from generator.errors import ClusterError
from generator.networks import Network
from generator.search.problem import OnCrops

ResultT = TypeVar("ResultT")

_log = logging.getLogger(__name__)

_ALL_GONE = (
    "all workers of the cluster are gone; finished work is kept: give the same command "
    "to go on"
)

MOST_TRIES = 3
"""Workers that a pack may cost before it is given up."""

_RETURN_SECONDS = 120.0
"""How long a run without any worker waits for one to come back."""


@dataclass(frozen=True, kw_only=True, eq=False)
class RayWorkers:
    """Ray actors that have the network."""

    ray: Any
    staff: Staff

    @property
    def device(self) -> str:
        """Where the workers' networks lie."""
        return self.staff.config.device

    @property
    def n_threads(self) -> int:
        """Of each worker."""
        return self.staff.config.n_threads

    def jobs_per_pass(self, config: SearchConfig) -> int:
        """What suits the first worker there; where machines differ, set the size.

        Raises:
            ClusterError: all workers are gone.
        """
        for worker in self.staff.present:
            try:
                found: int = self.ray.get(worker.jobs_per_pass.remote(config))
                return found
            except self.ray.exceptions.RayTaskError as error:
                raise _own_error(error) from None
            except self.ray.exceptions.RayError:
                self.staff.miss(worker)
        raise ClusterError(_ALL_GONE)

    def run(
        self, packs: Sequence[Packed[ResultT]], on_progress: OnCrops
    ) -> Iterator[Finished[ResultT] | Lost]:
        """What becomes of each pack, in the order in which they are finished.

        Raises:
            GeneratorError: what a pack raises; ClusterError when all workers are gone.
        """
        for done in _Round(self.ray, self.staff, packs).results():
            if isinstance(done, Lost):
                yield done
            else:
                on_progress(done.result.progress)
                yield Finished(number=done.number, result=done.result.result)


@contextmanager
def ray_workers(network: Network, config: ClusterConfig) -> Iterator[RayWorkers]:
    """Workers of a cluster; dismissed afterwards.

    Raises:
        MissingExtraError: Ray is not installed.
        ClusterError: the cluster cannot be used.
    """
    with connected(config) as ray:
        staff = hire(ray, network, config)
        try:
            yield RayWorkers(ray=ray, staff=staff)
        finally:
            for worker in staff.workers:
                ray.kill(worker)


class _Round:
    """One list of packs, given out one by one."""

    def __init__(self, ray: Any, staff: Staff, packs: Sequence[Any]) -> None:
        self.ray = ray
        self.staff = staff
        self.packs = packs
        self.waiting = deque(range(len(packs)))
        self.tries = [0] * len(packs)
        self.idle = staff.present
        self.busy: dict[Any, tuple[Any, int]] = {}
        """Of each call under way, its worker and the number of its pack."""

    def results(self) -> Iterator[Finished[Answer] | Lost]:
        """What becomes of each pack."""
        while self.waiting or self.busy:
            while self.waiting and self.idle:
                self._give(self.idle.pop(), self.waiting.popleft())
            timeout = None if self.busy else _RETURN_SECONDS
            calls = [*self.busy, *self.staff.returning]
            ready = self.ray.wait(calls, timeout=timeout)[0] if calls else []
            if not ready:
                raise ClusterError(_ALL_GONE)
            (call,) = ready
            if call in self.staff.returning:
                self._take_back(call)
            else:
                yield from self._finish(call)

    def _give(self, worker: Any, number: int) -> None:
        self.tries[number] += 1
        call = worker.make.remote(self.packs[number])
        self.busy[call] = (worker, number)

    def _finish(self, call: Any) -> Iterator[Finished[Answer] | Lost]:
        worker, number = self.busy.pop(call)
        try:
            answer: Answer = pickle.loads(self.ray.get(call))
        except self.ray.exceptions.RayTaskError as error:
            raise _own_error(error) from None
        except self.ray.exceptions.RayError as error:  # died, or its machine is lost
            self.staff.miss(worker)
            _log.warning("a worker was lost; its pack is given to another")
            if self.tries[number] < MOST_TRIES:
                self.waiting.appendleft(number)
            else:
                reason = str(error).strip().splitlines()[0]
                yield Lost(
                    number=number,
                    reason=f"{MOST_TRIES} workers died over it, the last: {reason}",
                )
            return
        self.idle.append(worker)
        if answer.error is not None:
            raise answer.error
        yield Finished(number=number, result=answer)

    def _take_back(self, call: Any) -> None:
        """A worker that died is there again; or for ever gone."""
        worker = self.staff.returning.pop(call)
        try:
            self.ray.get(call)
        except self.ray.exceptions.ActorUnavailableError:  # not yet
            self.staff.miss(worker)
        except self.ray.exceptions.RayError:
            _log.warning("a worker did not come back")
            self.staff.dismiss(worker)
        else:
            self.idle.append(worker)


def _own_error(error: Any) -> Exception:
    """What a worker raised, without Ray's wrapping."""
    return error.cause if isinstance(error.cause, Exception) else error
