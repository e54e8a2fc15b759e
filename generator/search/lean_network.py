"""A network as the search passes through it: the same answers from less work.

Batch norms are folded into convolutions, maximum pooling goes before its ReLU, and on
a processor the first convolution has a quicker gradient.

The user's network stays as it is: the search gets a copy, or one in bfloat16. What is
measured and reported goes through the original.
"""

import copy
import pickle
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from generator.capture import layer_activations
from generator.errors import LayerNotFoundError
from generator.layers import split_name
from generator.networks import Network
from generator.search.early_pooling import pool_early, poolings_after_relu
from generator.search.fingerprint import fingerprint
from generator.search.folding import fold, foldable_pairs
from generator.search.passes import is_out_of_memory
from generator.search.replacing import replace_part
from generator.search.strided_stem import StridedStem, has_quick_gradient

_TOLERANCE = 1e-4
"""Largest difference of a kept activation, relative to the layer's largest: far above
float32's rounding, far below what would matter; other differences mean that the
network is not what it looked like."""

_MOST_COPIES = 4
"""Of a module and kind: searches that look at other layers have copies of their own."""

OfKept = dict[frozenset[str], nn.Module | None]
"""Copies by the layers looked at, the latest used last; None: there can be none."""


@dataclass(slots=True)
class _Copies:
    """The folded copies of one module, as it was."""

    fingerprint: str
    of_kept: OfKept = field(default_factory=dict)
    coarse_of_kept: OfKept = field(default_factory=dict)


_copies: "WeakKeyDictionary[nn.Module, _Copies]" = WeakKeyDictionary()


def lean_network(network: Network, kept: Collection[str]) -> Network:
    """The same network, faster, for activations of the layers named.

    Networks with hooks of their user, and those whose answers a folded copy does not
    repeat, are handed back as they are; that is seen on two pictures of noise, so not
    where a network goes another way for others. To be called where the module is in
    evaluation mode and frozen.

    Args:
        kept: layers that will be looked at; what they answer is the same up to
            rounding.
    """
    if _has_hooks(network.module):
        return network
    return _lean(network, frozenset(kept), _copies_of(network.module))


def coarse_network(network: Network, kept: Collection[str]) -> Network | None:
    """The lean network with weights in bfloat16, in which it computes.

    To be called where the module is in evaluation mode and frozen.

    Returns:
        None: somebody listens to the network, it has no weights, or it cannot compute
        in bfloat16, there or back.
    """
    if _has_hooks(network.module):
        return None
    names, copies = frozenset(kept), _copies_of(network.module)
    lean = _lean(network, names, copies)
    coarse = _remembered(
        copies.coarse_of_kept, names, lambda: _coarse_copy(lean, names)
    )
    return None if coarse is None else _with_module(network, coarse)


def _copies_of(module: nn.Module) -> _Copies:
    """What was copied of a module, if it is still the same."""
    now = fingerprint(module)
    copies = _copies.get(module)
    if copies is None or copies.fingerprint != now:
        copies = _copies[module] = _Copies(now)
    return copies


def _lean(network: Network, kept: frozenset[str], copies: _Copies) -> Network:
    folded = _remembered(copies.of_kept, kept, lambda: _checked_copy(network, kept))
    return network if folded is None else _with_module(network, folded)


def _remembered(
    copies: OfKept, kept: frozenset[str], make: Callable[[], nn.Module | None]
) -> nn.Module | None:
    """The copy for these layers; those that were not used for longest are dropped."""
    copies[kept] = copies.pop(kept) if kept in copies else make()
    while len(copies) > _MOST_COPIES:
        del copies[next(iter(copies))]
    return copies[kept]


def _copied(module: nn.Module) -> nn.Module | None:
    """A copy of a module; None: something it holds cannot be copied.

    That may be anything its author gave it, such as a lock, or a tensor of a graph.
    """
    try:
        return copy.deepcopy(module)
    except (AttributeError, RuntimeError, TypeError, ValueError):
        return None
    except (copy.Error, pickle.PickleError):
        return None


def _coarse_copy(network: Network, kept: frozenset[str]) -> nn.Module | None:
    """A copy in bfloat16 that has been seen to work."""
    weights = [part.is_floating_point() for part in network.module.parameters()]
    coarse = _copied(network.module) if any(weights) else None
    if coarse is None:
        return None
    coarse = coarse.to(torch.bfloat16).to(memory_format=torch.channels_last)
    with torch.enable_grad():
        pictures = _pictures(network).requires_grad_()
        try:
            seen = layer_activations(_with_module(network, coarse), pictures, kept)
            total = torch.stack([part.sum() for part in seen.values()]).sum()
            torch.autograd.grad(total, pictures)
        except LayerNotFoundError:  # it computes with parts that were not copied
            return None
        except (RuntimeError, TypeError):  # no kernel, a float32 constant, no memory
            return None
    return coarse


def _with_module(network: Network, module: nn.Module) -> Network:
    other = replace(network, module=module)
    vars(other)["layers"] = network.layers  # they are the same; no need to look again
    return other


def _checked_copy(network: Network, kept: frozenset[str]) -> nn.Module | None:
    """A slim copy that answers as the network does; None: there is none."""
    try:
        return _slim_copy(network, kept)
    except LayerNotFoundError:  # it computes with parts that were not copied
        return None
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        return None  # single pictures may still fit through the network as it is


@torch.no_grad()
def _slim_copy(network: Network, kept: frozenset[str]) -> nn.Module | None:
    pictures = _pictures(network)
    slim = _copied(network.module)
    if slim is None:
        return None
    taken = {split_name(name)[0] for name in kept}
    n_changes = _fold_norms(slim, network.module, pictures, taken)
    for convolution, pooling in poolings_after_relu(slim, pictures, kept=taken):
        pool_early(slim, convolution, pooling)
        n_changes += 1
    if torch.device(network.device).type == "cpu":
        n_changes += _quicken_stems(slim)
    if not n_changes:
        return None
    slim = slim.to(memory_format=torch.channels_last)
    theirs = layer_activations(network, pictures, kept)
    ours = layer_activations(_with_module(network, slim), pictures, kept)
    is_same = all(_is_close(ours[name], theirs[name]) for name in kept)
    return slim if is_same else None


def _fold_norms(
    slim: nn.Module, module: nn.Module, pictures: Tensor, taken: Collection[str]
) -> int:
    """Fold a copy's batch norms; returns how many."""
    pairs = foldable_pairs(module, pictures)
    free = [
        (convolution, norm) for convolution, norm in pairs if convolution not in taken
    ]
    for convolution, norm in free:
        fold(slim, convolution, norm)
    return len(free)


def _quicken_stems(slim: nn.Module) -> int:
    """Give first convolutions a quicker gradient; returns how many."""
    stems = [
        name for name, part in slim.named_modules() if name and has_quick_gradient(part)
    ]
    for name in stems:
        convolution = slim.get_submodule(name)
        assert isinstance(convolution, nn.Conv2d)
        replace_part(slim, name, StridedStem(convolution))
    return len(stems)


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
