"""Who makes the packs of a run: this process, or the workers of a cluster."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from generator.cluster.cluster_config import ClusterConfig
from generator.cluster.executor import Executor, Here
from generator.cluster.ray_workers import ray_workers
from generator.networks import Network


@contextmanager
def executor_for(network: Network, cluster: ClusterConfig | None) -> Iterator[Executor]:
    """The executor, ready; dismissed afterwards.

    Raises:
        MissingExtraError, ClusterError: see `ray_workers`.
    """
    if cluster is None:
        yield Here(network=network)
        return
    with ray_workers(network, cluster) as workers:
        yield workers


def use_threads(n_threads: int | None) -> None:
    """Let this process compute with so many threads. None: as it is."""
    if n_threads is not None:
        torch.set_num_threads(n_threads)
