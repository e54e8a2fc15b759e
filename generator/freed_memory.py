"""Freed memory kept for the next tensor, instead of given back to the system.

Activations of tens of megabytes are made anew in every pass. By default the C library
maps each from the system and gives it back, and the system must then clear every page
again: of a pass through GoogLeNet with 16 crops that was about a
tenth of the time (`python -m tests.benchmarks.network_forms`, with and without
`--keep-freed-memory`).
"""

import ctypes
import platform

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4  # mallopt(3)
_LARGEST_INT = 2**31 - 1
_GROWTH_BYTES = 256 * 2**20


def keep_freed_memory() -> bool:
    """Ask the C library to keep what this process frees; for processes of our own.

    The peak of the memory in use stays; it is only not given back before the end.

    Returns:
        Whether it will: it is glibc, which knows the request.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False
    wishes = {
        _MMAP_MAX: 0,
        _TRIM_THRESHOLD: _LARGEST_INT,
        _TOP_PAD: _GROWTH_BYTES,
    }
    granted = [mallopt(wish, value) == 1 for wish, value in wishes.items()]
    return all(granted)
