"""Which cluster is used, and how. No torch, no Ray."""

from dataclasses import dataclass

from generator.config_checks import check_number
from generator.errors import ConfigError

LOCAL = "local"
AUTO = "auto"


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterConfig:
    """A Ray cluster and the workers wanted on it."""

    address: str
    """`local` starts a cluster on this machine, `auto` finds the one it belongs to,
    HOST:PORT joins another one."""

    n_workers: int | None = None
    """Processes that make packs. None: two on a `local` cluster, else as many as the
    cluster has room for."""

    n_threads: int = 1
    """Torch threads of each worker; part of what decides the bytes."""

    device: str = "cpu"
    """`cuda`: one worker for each GPU."""

    def __post_init__(self) -> None:
        if self.n_workers is not None:
            check_number("workers", self.n_workers, at_least=1)
        check_number("threads", self.n_threads, at_least=1)
        if self.address not in {LOCAL, AUTO}:
            _ = self.endpoint  # refuses what is none

    @property
    def is_cuda(self) -> bool:
        """Workers compute on GPUs."""
        return self.device.startswith("cuda")

    @property
    def endpoint(self) -> tuple[str, int]:
        """Host and port of an address.

        Raises:
            ConfigError: the address is neither.
        """
        host, _, port = self.address.rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) < 2**16:
            raise ConfigError(
                f"--cluster is local, auto or HOST:PORT; got {self.address!r}"
            )
        return host, int(port)
