"""How many jobs are searched together: what the device holds, or suits its caches.

Decided once per run. The pictures do not depend on it but for rounding.
"""

from collections.abc import Callable

import torch

from generator.capture import undisturbed
from generator.errors import ConfigError
from generator.networks import Network
from generator.photographs import default_canvas_px
from generator.search.config import SearchConfig

_CROPS_ON_CPU = 16
"""More small crops in a pass than these save nothing: on the embedded network (64 px)
a job takes a quarter less time with 16 than with 4, and no less with 48."""

_PIXELS_ON_CPU = 4 * 224**2
"""Where 16 crops have more than these, jobs take passes of their own: it costs no time,
and passes of one shape round alike in any company. Networks whose ReLUs switch at a
touch need that: two jobs of two crops in a pass changed mobilenet_v2's pictures by
5e-4 in four steps."""

_CROPS_ON_ACCELERATOR = 256
"""Beyond these no accelerator is idle between passes."""

_BALANCE_CROPS = 8
"""Crops of each job in a pass of the balance (see `balance.py`)."""

_CANVASES_PER_JOB = 16
"""Canvases in float32 that a job keeps: parameters, moments, gradients and maps."""

_SHARE_OF_FREE = 0.8

MeasurePass = Callable[[Network, int], int]
"""Bytes that a pass of so many crops takes at its peak, on the network's device."""


def jobs_per_pass(
    network: Network,
    config: SearchConfig,
    *,
    measure_pass: MeasurePass | None = None,
    free_bytes: Callable[[], int] | None = None,
) -> int:
    """Jobs that are searched together on a network, where it lies.

    On a CPU: what suits its caches, one job for networks that see 224 pixels. On an
    accelerator: a power of two that fits into the memory budget, after one trial pass.

    Args:
        measure_pass: tries a pass. None: on the device itself.
        free_bytes: memory to be had, where no budget is set. None: asks the device.

    Raises:
        ConfigError: not even one job fits into the memory budget.
    """
    draws = config.draws_per_step
    if config.deterministic:  # kernels round differently for each batch's shape
        return 1
    if config.pictures_per_pass is not None:
        return max(1, config.pictures_per_pass // draws)
    device = torch.device(network.device)
    if device.type != "cuda" and measure_pass is None:
        return _on_cpu(network.preprocessing.input_px, draws)
    budget = _budget_bytes(config, free_bytes or (lambda: _free_bytes(device)))
    return _fitting(network, config, budget, measure_pass or _peak_bytes)


def _on_cpu(input_px: int, draws: int) -> int:
    if _CROPS_ON_CPU * input_px**2 > _PIXELS_ON_CPU:
        return 1
    return max(1, _CROPS_ON_CPU // draws)


def _fitting(
    network: Network, config: SearchConfig, budget: int, measure_pass: MeasurePass
) -> int:
    crops = max(config.draws_per_step, _BALANCE_CROPS)
    side = config.canvas_px or default_canvas_px(network.preprocessing)
    n_bytes = measure_pass(network, crops) + _CANVASES_PER_JOB * 3 * 4 * side**2
    if n_bytes > budget:
        raise ConfigError(
            f"one job needs about {n_bytes / 2**20:.0f} MiB on {network.device}; "
            f"memory_budget_mb leaves {budget / 2**20:.0f}. Raise it, or lower "
            "draws_per_step or canvas_px"
        )
    most = max(1, min(budget // n_bytes, _CROPS_ON_ACCELERATOR // crops))
    return 1 << (int(most).bit_length() - 1)


def _budget_bytes(config: SearchConfig, free_bytes: Callable[[], int]) -> int:
    if config.memory_budget_mb is not None:
        return config.memory_budget_mb * 2**20
    return int(_SHARE_OF_FREE * free_bytes())


def _free_bytes(device: torch.device) -> int:
    return torch.cuda.mem_get_info(device)[0]


def _peak_bytes(network: Network, n_crops: int) -> int:
    """Peak of one pass forward and back, beyond what lay there before."""
    device = torch.device(network.device)
    side = network.preprocessing.input_px
    torch.cuda.reset_peak_memory_stats(device)
    before = torch.cuda.memory_allocated(device)
    with undisturbed(network.module), torch.enable_grad():
        crops = torch.zeros(
            n_crops, 3, side, side, device=device, dtype=network.dtype
        ).requires_grad_()
        torch.autograd.grad(network.module(crops).sum(), crops)
    return torch.cuda.max_memory_allocated(device) - before
