"""Start a Ray cluster on this machine, or join one."""

import logging
import os
import secrets
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
    with _own_token(config):
        ray = import_ray()
        _connect(ray, config)
        try:
            yield ray
        finally:
            ray.shutdown()


def _connect(ray: Any, config: ClusterConfig) -> None:
    quiet = {
        "log_to_driver": False,
        "logging_level": logging.ERROR,
        "namespace": f"accentuate-{os.getpid()}",
    }
    try:
        if config.address == LOCAL:
            ray.init(
                num_cpus=local_workers(config) * config.n_threads,
                object_store_memory=_LOCAL_STORE_BYTES,
                include_dashboard=False,
                **quiet,
            )
        else:
            if config.address != AUTO:
                _reach(*config.endpoint)
            ray.init(address=config.address, **quiet)
    except (ConnectionError, RuntimeError, TimeoutError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ClusterError(
            f"no Ray cluster can be used at {config.address!r}: {reason}. Start one "
            "(`ray start --head`), or use --cluster local; where it asks for a token, "
            "set RAY_AUTH_MODE=token"
        ) from error


@contextmanager
def _own_token(config: ClusterConfig) -> Iterator[None]:
    """Let a cluster on this machine ask for a token that no file keeps.

    Otherwise Ray would leave one in the home folder, for all clusters to come.
    """
    is_told = any(name.startswith("RAY_AUTH_") for name in os.environ)
    if config.address != LOCAL or is_told:
        yield
        return
    own = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    os.environ.update(own)  # read when Ray is imported, and by what it starts
    try:
        yield
    finally:
        for name in own:
            os.environ.pop(name, None)


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
