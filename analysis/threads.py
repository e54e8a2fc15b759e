"""A fixed number of threads for linear algebra: sums in one order, the same bytes."""

from contextlib import AbstractContextManager

from threadpoolctl import threadpool_limits

N_THREADS = 1
"""Of every engine and of the linear algebra beneath ours. With two threads on a busy
machine of two cores the same gpboost fit took 10 to 40 times as long."""


def fixed_threads() -> AbstractContextManager[object]:
    """Hold the number of threads inside a `with` block."""
    limits: AbstractContextManager[object] = threadpool_limits(limits=N_THREADS)
    return limits
