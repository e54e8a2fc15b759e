"""The same bytes every time: what torch must be told, and told back afterwards."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from generator.errors import ConfigError

_CUBLAS_SETTING = "CUBLAS_WORKSPACE_CONFIG"
_CUBLAS_VALUE = ":4096:8"
"""One of the two values with which cuBLAS promises the same sums every time."""


@contextmanager
def reproducible(wanted: bool) -> Iterator[None]:
    """Inside, deterministic algorithms in full float32; afterwards as it was.

    What is fixed here is the arithmetic of one pass. That a job meets the same passes
    in any company is for the caller to see to: one job in each.

    Args:
        wanted: False changes nothing.

    Raises:
        ConfigError: the network does something for which the device knows no
            deterministic algorithm.
    """
    if not wanted:
        yield
        return
    was_strict = torch.are_deterministic_algorithms_enabled()
    was_warning = torch.is_deterministic_algorithms_warn_only_enabled()
    cudnn = torch.backends.cudnn
    had = os.environ.get(_CUBLAS_SETTING)
    precision = torch.get_float32_matmul_precision()
    try:
        # read by torch before its first product on a CUDA device
        os.environ.setdefault(_CUBLAS_SETTING, _CUBLAS_VALUE)
        torch.use_deterministic_algorithms(True)
        torch.set_float32_matmul_precision("highest")
        with cudnn.flags(
            enabled=cudnn.enabled, benchmark=False, deterministic=True, allow_tf32=False
        ):
            yield
    except RuntimeError as error:
        if "deterministic" not in str(error).lower():
            raise
        raise ConfigError(
            f"deterministic results cannot be had here: {str(error).splitlines()[0]} "
            "Leave `deterministic` off, or use the device cpu."
        ) from error
    finally:
        torch.use_deterministic_algorithms(was_strict, warn_only=was_warning)
        torch.set_float32_matmul_precision(precision)
        if had is None:
            os.environ.pop(_CUBLAS_SETTING, None)
