"""How exactly a device multiplies float32: in full, or in TF32.

TF32 keeps 10 of 23 binary digits of each factor; CUDA devices from compute capability
8.0 on have it. torch lets convolutions use it unless told otherwise.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import torch

_T = TypeVar("_T")


@contextmanager
def float32_products(*, tf32: bool) -> Iterator[None]:
    """Inside, products and convolutions of float32 are exact or TF32.

    Afterwards torch's settings are as they were, whether they were made by its older
    flags or by its newer ones.
    """
    cudnn = torch.backends.cudnn
    parts = _newer_settings()
    newer = [part.fp32_precision for part in parts]
    older_convolutions = _older(lambda: cudnn.allow_tf32)
    older_products = _older(torch.get_float32_matmul_precision)
    try:
        cudnn.allow_tf32 = tf32
        torch.set_float32_matmul_precision("high" if tf32 else "highest")
        yield
    finally:
        if older_convolutions is not None:
            cudnn.allow_tf32 = older_convolutions
        if older_products is not None:
            torch.set_float32_matmul_precision(older_products)
        for part, precision in zip(parts, newer, strict=True):
            part.fp32_precision = precision


def has_tf32(device: str) -> bool:
    """Whether a device can multiply in TF32."""
    if torch.device(device).type != "cuda" or torch.version.hip is not None:
        return False
    return torch.cuda.get_device_capability(device) >= (8, 0)


def _newer_settings() -> tuple[Any, ...]:
    """Those that the older flags change too."""
    backends: Any = torch.backends  # newer than its type annotations
    return (
        backends.cuda.matmul,
        backends.cudnn.conv,
        backends.cudnn.rnn,
        backends.mkldnn.matmul,
    )


def _older(read: Callable[[], _T]) -> _T | None:
    """An older flag; None where the newer settings say what it cannot express."""
    try:
        return read()
    except RuntimeError:
        return None
