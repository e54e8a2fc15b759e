"""Freed memory is used again, not asked for anew."""

import platform
import subprocess
import sys

import pytest

COUNT_FAULTS = """
import resource
import numpy as np
from generator.freed_memory import keep_freed_memory

def n_faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

if {keeps}:
    assert keep_freed_memory()
np.ones(10_000_000)
before = n_faults()
for _ in range(5):
    np.ones(10_000_000)
print(n_faults() - before)
"""


def faults(*, keeps: bool) -> int:
    """Pages the system had to clear for five arrays of 80 MB, one after another."""
    command = [sys.executable, "-c", COUNT_FAULTS.format(keeps=keeps)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="asks glibc")
def test_arrays_of_many_megabytes_reuse_the_pages_of_those_before() -> None:
    assert faults(keeps=True) < 100
    assert faults(keeps=False) > 100


def test_other_libraries_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    from generator import freed_memory

    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))

    assert not freed_memory.keep_freed_memory()
