"""How busy the device was meanwhile: a GPU by its driver, a processor by its clock."""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

import torch

_EVERY_MS = 100


@dataclass(kw_only=True, slots=True)
class Utilization:
    """Filled when what was watched has ended."""

    share: float | None = None
    """0 to 1: of the time in which the GPU computed, or of what the threads could have
    computed. None: the driver's `nvidia-smi` is not at hand, or said nothing yet."""


@contextmanager
def watched(device: str, *, n_threads: int) -> Iterator[Utilization]:
    """Watch the device while a block runs."""
    found = Utilization()
    if torch.device(device).type == "cuda":
        with tempfile.TemporaryFile("w+") as said:
            driver = _listen_to_driver(device, said)
            try:
                yield found
            finally:
                if driver is not None:
                    driver.terminate()
                    driver.wait()
            said.seek(0)
            found.share = mean_share(said.read())
        return
    began, busy = time.perf_counter(), time.process_time()
    yield found
    cores = min(n_threads, os.cpu_count() or 1)
    seconds = time.perf_counter() - began
    found.share = min(1.0, (time.process_time() - busy) / (seconds * cores))


def _listen_to_driver(device: str, said: IO[str]) -> subprocess.Popen[str] | None:
    uuid = torch.cuda.get_device_properties(torch.device(device)).uuid
    command = [
        "nvidia-smi",
        f"--id=GPU-{uuid}",
        "--query-gpu=utilization.gpu",
        "--format=csv,noheader,nounits",
        f"--loop-ms={_EVERY_MS}",
    ]
    try:
        return subprocess.Popen(
            command, stdout=said, stderr=subprocess.DEVNULL, text=True
        )
    except OSError:  # no driver's tools, or not to be run by this user
        return None


def mean_share(percents: str) -> float | None:
    """The mean of lines of percent, as a share; lines of anything else say nothing."""
    numbers = [int(line) for line in percents.split() if line.isdigit()]
    return sum(numbers) / len(numbers) / 100 if numbers else None
