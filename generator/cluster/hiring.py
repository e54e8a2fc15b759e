"""Find out how many workers a cluster has room for, and start them."""

from dataclasses import dataclass, field
from typing import Any

from generator.cluster.cluster_config import LOCAL, ClusterConfig
from generator.cluster.connection import local_workers
from generator.cluster.worker import Worker, WorkerFacts, own_facts
from generator.errors import ClusterError
from generator.networks import Network

_START_SECONDS = 120.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Staff:
    """Ray actors, and what it takes to start them."""

    workers: list[Any]
    config: ClusterConfig

    network: Any
    """In Ray's object store: it goes to each machine once."""

    returning: dict[Any, Any] = field(default_factory=dict)
    """Of each call that a worker which died answers once it is back, the worker."""

    @property
    def present(self) -> list[Any]:
        """The workers that have their network."""
        absent = {id(worker) for worker in self.returning.values()}
        return [worker for worker in self.workers if id(worker) not in absent]

    def dismiss(self, worker: Any) -> None:
        """A worker is gone for ever."""
        self.workers.remove(worker)

    def miss(self, worker: Any) -> None:
        """A worker died: Ray starts it anew, without its network."""
        self.returning[self.start(worker)] = worker

    def start(self, worker: Any) -> Any:
        """Give a worker the network; returns the call that will say who it is."""
        device = "cuda" if self.config.is_cuda else self.config.device
        return worker.start.remote(self.network, device, self.config.n_threads)


def hire(ray: Any, network: Network, config: ClusterConfig) -> Staff:
    """Workers that have the network, each a Ray actor.

    Raises:
        ClusterError: no room, workers that do not start, or other code on a worker.
    """
    count = room_for(ray.cluster_resources(), config)
    remote = ray.remote(Worker).options(
        num_cpus=config.n_threads,
        num_gpus=1 if config.is_cuda else 0,
        max_restarts=-1,  # a machine that is lost is replaced where there is room
        max_task_retries=0,
    )
    staff = Staff(
        workers=[remote.remote() for _ in range(count)],
        config=config,
        network=ray.put(network),
    )
    try:
        pending = [staff.start(worker) for worker in staff.workers]
        facts = ray.get(pending, timeout=_START_SECONDS)
    except ray.exceptions.GetTimeoutError as error:
        raise ClusterError(
            f"{count} workers did not start within {_START_SECONDS:.0f} s; is the "
            "cluster busy with other work? Ask for fewer (--workers)"
        ) from error
    except ray.exceptions.RayError as error:
        reason = str(error).strip().splitlines()[-1]
        raise ClusterError(f"workers did not start: {reason}") from error
    check_alike(facts)
    return staff


def room_for(resources: dict[str, float], config: ClusterConfig) -> int:
    """How many workers there are to be."""
    cpus, gpus = int(resources.get("CPU", 0)), int(resources.get("GPU", 0))
    if config.address == LOCAL and not config.is_cuda:
        return local_workers(config)
    room = cpus // config.n_threads
    if config.is_cuda:
        room = min(room, gpus)
    if room < max(1, config.n_workers or 1):
        each = f"{config.n_threads} CPUs" + (" and a GPU" if config.is_cuda else "")
        raise ClusterError(
            f"the cluster has {cpus} CPUs and {gpus} GPUs: room for {room} workers of "
            f"{each} each; wanted {config.n_workers or 'at least one'}. Lower "
            "--workers or --threads, or use another --device"
        )
    return config.n_workers or room


def check_alike(facts: list[WorkerFacts]) -> None:
    """Refuse workers that would make other bytes than this process.

    Raises:
        ClusterError: other code, libraries or threads than here.
    """
    here = own_facts()
    for one in facts:
        if one.torch != here.torch:
            raise ClusterError(
                f"the worker on {one.host} has torch {one.torch}, this machine "
                f"{here.torch}; install the same version on both"
            )
        if one.code_key != here.code_key:
            raise ClusterError(
                f"the worker on {one.host} has another version of accentuate, Python "
                "or its libraries; install the same versions on both"
            )
