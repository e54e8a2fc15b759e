"""Networks with untrained weights: the control that every picture should fail.

Source: Adebayo et al. (2018), Sanity Checks for Saliency Maps, arXiv 1810.03292.
"""

import copy

import torch
from torch import nn


def randomized(
    module: nn.Module, *, rng_seed: int, n_layers_from_top: int | None = None
) -> nn.Module:
    """A copy whose layers are initialized anew, as their constructors would.

    Args:
        rng_seed: torch's global generator is left as it was.
        n_layers_from_top: only so many layers with weights, counted from the output
            backwards. None: all of them.

    Returns:
        A new module; the one given is unchanged.
    """
    changed = copy.deepcopy(module)
    parts = [part for part in changed.modules() if _is_initialized_here(part)]
    count = len(parts) if n_layers_from_top is None else n_layers_from_top
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(rng_seed)
        for part in parts[len(parts) - min(count, len(parts)) :]:
            part.reset_parameters()  # type: ignore[operator]  # seen to be callable
    return changed


def _is_initialized_here(part: nn.Module) -> bool:
    has_weights = any(True for _ in part.parameters(recurse=False))
    return has_weights and callable(getattr(part, "reset_parameters", None))


def layers_with_weights(module: nn.Module) -> list[str]:
    """Names of the layers that `randomized` initializes anew, the top one last."""
    return [name for name, part in module.named_modules() if _is_initialized_here(part)]
