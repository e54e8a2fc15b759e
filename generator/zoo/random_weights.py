"""Networks with untrained weights: the control that every picture should fail.

Source: Adebayo et al. (2018), Sanity Checks for Saliency Maps, arXiv 1810.03292.
"""

import copy

import torch
from torch import nn

from generator.errors import NetworkError


def randomized(
    module: nn.Module, *, rng_seed: int, n_layers_from_top: int | None = None
) -> nn.Module:
    """A copy whose layers are initialized anew, as their constructors would.

    Weights that a layer's own `reset_parameters` leaves alone (class tokens, normed or
    pruned weights) are shuffled: none stays as it was trained.

    Args:
        rng_seed: torch's global generator is left as it was.
        n_layers_from_top: only so many layers with weights, counted from the output
            backwards. None: all of them.

    Returns:
        A new module; the one given is unchanged.

    Raises:
        NetworkError: the module cannot be copied.
    """
    changed = _copied(module)
    parts = [part for part in changed.modules() if _weights_of(part)]
    count = len(parts) if n_layers_from_top is None else n_layers_from_top
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(rng_seed)
        for part in parts[len(parts) - min(count, len(parts)) :]:
            _initialize(part)
    return changed


def _copied(module: nn.Module) -> nn.Module:
    try:
        return copy.deepcopy(module)
    except RuntimeError as error:  # weight_norm and prune leave tensors with a history
        raise NetworkError(
            "this network cannot be copied, to be given untrained weights: "
            f"{str(error).splitlines()[0]} Undo weight_norm or prune first "
            "(remove_weight_norm, prune.remove)."
        ) from error


def _initialize(part: nn.Module) -> None:
    before = [weight.detach().clone() for weight in _weights_of(part)]
    for name in ("reset_parameters", "_reset_parameters"):  # attention has the latter
        reset = getattr(part, name, None)
        if callable(reset):
            reset()
            break
    with torch.no_grad():
        for weight, old in zip(_weights_of(part), before, strict=True):
            if torch.equal(weight, old):
                order = torch.randperm(weight.numel()).to(weight.device)
                weight.copy_(old.flatten()[order].view_as(old))


def _weights_of(part: nn.Module) -> list[nn.Parameter]:
    return list(part.parameters(recurse=False))


def layers_with_weights(module: nn.Module) -> list[str]:
    """Names of the layers that `randomized` counts, the top one last."""
    return [name for name, part in module.named_modules() if _weights_of(part)]


def count_layers(module: nn.Module) -> int:
    """Layers with weights, those that `randomized` counts."""
    return len(layers_with_weights(module))
