"""A network as the search passes through it: batch norms folded into convolutions.

In evaluation mode a batch norm after a convolution is a factor and an offset for each
channel; folded into the weights it costs nothing. The user's network stays as it is:
the search gets a copy, or one in bfloat16. What is measured and reported goes through
the original.
"""

import copy
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from generator.capture import layer_activations
from generator.layers import split_name
from generator.networks import Network
from generator.search.passes import is_out_of_memory
from generator.zoo.weights import state_sha256

_TOLERANCE = 1e-4
"""Largest difference of a kept activation, relative to the layer's largest: far above
float32's rounding, far below what would matter; other differences mean that the
network is not what it looked like."""


@dataclass(slots=True)
class _Copies:
    """The folded copies of one module, as its weights were."""

    weights_sha256: str
    of_kept: dict[frozenset[str], nn.Module | None] = field(default_factory=dict)
    coarse_of_kept: dict[frozenset[str], nn.Module | None] = field(default_factory=dict)


_copies: "WeakKeyDictionary[nn.Module, _Copies]" = WeakKeyDictionary()


def lean_network(network: Network, kept: Collection[str]) -> Network:
    """The same network, faster, for activations of the layers named.

    Networks with hooks of their user, and those whose answers a folded copy does not
    repeat, are handed back as they are. To be called where the module is in evaluation
    mode and frozen.

    Args:
        kept: layers that will be looked at; what they answer is the same up to
            rounding.
    """
    return _lean(network, frozenset(kept), _copies_of(network.module))


def coarse_network(network: Network, kept: Collection[str]) -> Network | None:
    """The lean network with weights in bfloat16, in which it computes.

    To be called where the module is in evaluation mode and frozen.

    Returns:
        None: somebody listens to the network, it has no weights, or it cannot compute
        in bfloat16, there or back.
    """
    names, copies = frozenset(kept), _copies_of(network.module)
    if names not in copies.coarse_of_kept:
        lean = _lean(network, names, copies)
        copies.coarse_of_kept[names] = _coarse_copy(lean, names)
    coarse = copies.coarse_of_kept[names]
    return None if coarse is None else _with_module(network, coarse)


def _copies_of(module: nn.Module) -> _Copies:
    """What was copied of a module, if its weights are still the same."""
    weights = state_sha256(module)
    copies = _copies.get(module)
    if copies is None or copies.weights_sha256 != weights:
        copies = _copies[module] = _Copies(weights)
    return copies


def _lean(network: Network, kept: frozenset[str], copies: _Copies) -> Network:
    if kept not in copies.of_kept:
        copies.of_kept[kept] = _checked_copy(network, kept)
    folded = copies.of_kept[kept]
    return network if folded is None else _with_module(network, folded)


def _coarse_copy(network: Network, kept: frozenset[str]) -> nn.Module | None:
    """A copy in bfloat16 that has been seen to work."""
    weights = [part.is_floating_point() for part in network.module.parameters()]
    if _has_hooks(network.module) or not any(weights):
        return None
    coarse: nn.Module = copy.deepcopy(network.module).to(torch.bfloat16)
    coarse = coarse.to(memory_format=torch.channels_last)
    with torch.enable_grad():
        pictures = _pictures(network).requires_grad_()
        try:
            seen = layer_activations(_with_module(network, coarse), pictures, kept)
            total = torch.stack([part.sum() for part in seen.values()]).sum()
            torch.autograd.grad(total, pictures)
        except (RuntimeError, TypeError):  # no kernel, a float32 constant, no memory
            return None
    return coarse


def _with_module(network: Network, module: nn.Module) -> Network:
    other = replace(network, module=module)
    vars(other)["layers"] = network.layers  # they are the same; no need to look again
    return other


def _checked_copy(network: Network, kept: frozenset[str]) -> nn.Module | None:
    """A folded copy that answers as the network does; None: there is none."""
    if _has_hooks(network.module):
        return None
    try:
        return _folded_copy(network, kept)
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        return None  # single pictures may still fit through the network as it is


def _folded_copy(network: Network, kept: frozenset[str]) -> nn.Module | None:
    pictures = _pictures(network)
    taken = {split_name(name)[0] for name in kept}
    with torch.no_grad():
        pairs = [
            pair for pair in _pairs(network.module, pictures) if pair[0] not in taken
        ]
        if not pairs:
            return None
        folded = copy.deepcopy(network.module)
        for convolution, norm in pairs:
            _fold(folded, convolution, norm)
        folded = folded.to(memory_format=torch.channels_last)
        theirs = layer_activations(network, pictures, kept)
        ours = layer_activations(_with_module(network, folded), pictures, kept)
    is_same = all(_is_close(ours[name], theirs[name]) for name in kept)
    return folded if is_same else None


def _pictures(network: Network) -> Tensor:
    """Two of noise, to try a copy with."""
    side = network.preprocessing.input_px
    chance = torch.Generator().manual_seed(0)
    pictures = torch.randn(2, 3, side, side, generator=chance)
    return pictures.to(network.device, network.dtype)


def _is_close(found: Tensor, wanted: Tensor) -> bool:
    size = float(wanted.abs().max())
    return bool((found - wanted).abs().max() <= _TOLERANCE * size)


def _has_hooks(module: nn.Module) -> bool:
    """Whether somebody listens, who may count calls or change what passes by."""
    lists = (
        "_forward_hooks",
        "_forward_pre_hooks",
        "_backward_hooks",
        "_backward_pre_hooks",
    )
    return any(getattr(part, name) for part in module.modules() for name in lists)


class _Uses(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts how often each tensor is read."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.n_uses: Counter[int] = Counter()
        self.alive: list[Any] = []  # so that no identity is given twice

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        read = [x for x in tree_leaves((args, kwargs)) if isinstance(x, Tensor)]
        self.n_uses.update(map(id, read))
        found = func(*args, **(kwargs or {}))
        self.alive += [read, found]
        return found


def _pairs(module: nn.Module, pictures: Tensor) -> list[tuple[str, str]]:
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
    uses = _Uses()
    try:
        with uses:
            module(pictures)
    finally:
        for handle in handles:
            handle.remove()
    return [
        (came_from[tensor], norm)
        for norm, tensor in went_into.items()
        if tensor in came_from
        and uses.n_uses[tensor] == 1
        and n_calls[norm] == n_calls[came_from[tensor]] == 1
        and not _has_other_names(module, norm)
    ]


def _is_foldable(part: nn.Module) -> bool:
    return type(part) is nn.BatchNorm2d and part.running_mean is not None


def _has_other_names(module: nn.Module, name: str) -> bool:
    part = module.get_submodule(name)
    every = module.named_modules(remove_duplicate=False)
    return sum(other is part for _, other in every) > 1


def _fold(module: nn.Module, convolution_name: str, norm_name: str) -> None:
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
    parent, _, own = norm_name.rpartition(".")
    setattr(module.get_submodule(parent), own, nn.Identity())
