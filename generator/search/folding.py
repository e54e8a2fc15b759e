"""Batch norms folded into the convolutions before them: which, and how.

In evaluation mode a batch norm after a convolution is a factor and an offset for each
channel; folded into the weights it costs nothing.
"""

from collections import Counter
from typing import Any

import torch
from torch import Tensor, nn

from generator.search.readers import Readers
from generator.search.replacing import replace_part


def foldable_pairs(module: nn.Module, pictures: Tensor) -> list[tuple[str, str]]:
    """Convolutions whose result goes into a batch norm and nowhere else, by name."""
    came_from: dict[int, str] = {}
    went_into: dict[str, int] = {}
    n_calls: Counter[str] = Counter()
    handles = []
    for name, part in module.named_modules():

        def listen(
            part: nn.Module, inputs: tuple[Any, ...], output: Any, name: str = name
        ) -> None:
            n_calls[name] += 1
            if type(part) is nn.Conv2d:
                came_from[id(output)] = name
            else:
                went_into[name] = id(inputs[0])

        if type(part) is nn.Conv2d or _is_foldable(part):
            handles.append(part.register_forward_hook(listen))
    readers = Readers()
    try:
        with readers:
            module(pictures)
    finally:
        for handle in handles:
            handle.remove()
    return [
        (came_from[tensor], norm)
        for norm, tensor in went_into.items()
        if tensor in came_from
        and len(readers.of(tensor)) == 1
        and n_calls[norm] == n_calls[came_from[tensor]] == 1
        and not _has_other_names(module, norm)
    ]


def _is_foldable(part: nn.Module) -> bool:
    return type(part) is nn.BatchNorm2d and part.running_mean is not None


def _has_other_names(module: nn.Module, name: str) -> bool:
    part = module.get_submodule(name)
    every = module.named_modules(remove_duplicate=False)
    return sum(other is part for _, other in every) > 1


def fold(module: nn.Module, convolution_name: str, norm_name: str) -> None:
    """Let the convolution do what the batch norm after it does."""
    convolution = module.get_submodule(convolution_name)
    norm = module.get_submodule(norm_name)
    assert isinstance(convolution, nn.Conv2d)
    assert isinstance(norm, nn.BatchNorm2d)
    assert norm.running_mean is not None
    assert norm.running_var is not None
    factor = torch.rsqrt(norm.running_var.double() + norm.eps)
    if norm.weight is not None:
        factor = factor * norm.weight.double()
    offset = -norm.running_mean.double()
    if convolution.bias is not None:
        offset = offset + convolution.bias.double()
    offset = offset * factor
    if norm.bias is not None:
        offset = offset + norm.bias.double()
    weight = convolution.weight.double() * factor.view(-1, 1, 1, 1)
    dtype = convolution.weight.dtype
    convolution.weight = nn.Parameter(weight.to(dtype), requires_grad=False)
    convolution.bias = nn.Parameter(offset.to(dtype), requires_grad=False)
    replace_part(module, norm_name, nn.Identity())
