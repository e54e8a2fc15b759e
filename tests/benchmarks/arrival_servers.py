"""Several server processes on one database, for benchmarks of arrivals."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from study_server.config import ServerConfig
from tests.study_server.commands.serving import address


@contextmanager
def serve(config: ServerConfig, *, n_processes: int) -> Iterator[list[str]]:
    """Run `study-server run` so many times; yields their addresses."""
    command = [
        *(sys.executable, "-m", "study_server", "run", "--port", "0"),
        *("--data", str(config.data_dir)),
        *("--database", config.resolved_database_url),
    ]
    processes = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        for _ in range(n_processes)
    ]
    try:
        yield [address(process) for process in processes]
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=20)
            if process.stdout is not None:
                process.stdout.close()
