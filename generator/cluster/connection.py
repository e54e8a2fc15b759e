"""Start a Ray cluster on this machine, or join one."""

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from generator.cluster.cluster_config import AUTO, LOCAL, ClusterConfig
from generator.cluster.ray_library import import_ray
from generator.errors import ClusterError

_REACH_SECONDS = 5.0
_LOCAL_WORKERS = 2
_LOCAL_STORE_BYTES = 512 * 2**20
"""Of a cluster on this machine: holds the network once, and the packs under way."""


@contextmanager
def connected(config: ClusterConfig) -> Iterator[Any]:
    """Inside, the `ray` module is connected; afterwards it is not.

    Raises:
        MissingExtraError: Ray is not installed.
        ClusterError: there is no cluster at the address.
    """
    ray = import_ray()
    quiet = {
        "include_dashboard": False if config.address == LOCAL else None,
        "log_to_driver": False,
        "logging_level": logging.ERROR,
        "namespace": f"accentuate-{os.getpid()}",
    }
    try:
        if config.address == LOCAL:
            ray.init(
                num_cpus=local_workers(config) * config.n_threads,
                object_store_memory=_LOCAL_STORE_BYTES,
                **quiet,
            )
        else:
            if config.address != AUTO:
                _reach(*config.endpoint)
            ray.init(address=config.address, **quiet)
    except (ConnectionError, RuntimeError, TimeoutError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ClusterError(
            f"no Ray cluster can be used at {config.address!r}: {reason} Start one "
            "(`ray start --head`), or use --cluster local"
        ) from error
    try:
        yield ray
    finally:
        ray.shutdown()


def local_workers(config: ClusterConfig) -> int:
    """Workers of a cluster on this machine."""
    return config.n_workers or _LOCAL_WORKERS


def _reach(host: str, port: int) -> None:
    """Ray itself would try for a minute."""
    try:
        socket.create_connection((host, port), timeout=_REACH_SECONDS).close()
    except OSError as error:
        raise ClusterError(
            f"no Ray cluster answers at {host}:{port}: {error}. Start one "
            "(`ray start --head` says its address), or use --cluster local"
        ) from error
