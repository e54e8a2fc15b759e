"""Activations of chosen layers, and gradients there. Leaves no trace in a network."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from generator.errors import LayerNotFoundError
from generator.features import LOGIT_LAYER
from generator.layers import channels_first, check_layer, main_output, outputs_of
from generator.layers import split_name as _split_name

if TYPE_CHECKING:
    from generator.networks import Network


class _Captured(Exception):  # noqa: N818 - a signal, not an error
    """Every layer asked for has been seen; the rest of the network is not needed."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LayerGradient:
    """What one layer answered, and what the score would gain from more of it."""

    activation: Tensor
    """(B, C, *positions)."""

    gradient: Tensor
    """∂score/∂activation, (B, C, *positions)."""


@contextmanager
def undisturbed(module: nn.Module) -> Iterator[None]:
    """Evaluation mode and frozen weights inside, everything as it was afterwards.

    Buffers too: some modules count or average also in evaluation mode.
    """
    was_training = {part: part.training for part in module.modules()}
    needed_gradient = {weight: weight.requires_grad for weight in module.parameters()}
    buffers = [
        (part, name, buffer, buffer.detach().clone())
        for part in was_training
        for name, buffer in part.named_buffers(recurse=False)
    ]
    try:
        module.eval()
        for weight in needed_gradient:
            weight.requires_grad_(False)
        yield
    finally:
        for part, training in was_training.items():
            part.training = training
        for weight, needed in needed_gradient.items():
            weight.requires_grad_(needed)
        with torch.no_grad():
            for part, name, buffer, before in buffers:
                setattr(part, name, buffer)
                if not torch.equal(buffer, before):
                    buffer.copy_(before)


def layer_activations(
    network: "Network", inputs: Tensor, names: Collection[str]
) -> dict[str, Tensor]:
    """Run a network as far as the deepest layer asked for.

    Activations are copies, because a following module may work in place. Hooks are
    removed again, whatever happens.

    Args:
        inputs: (B, 3, H, W) in the network's own range, any number format.
        names: layer names that exist (see `check_layer`), or `logit` for the output.

    Returns:
        The activations of each name, (B, C, *positions), float32 or finer.

    Raises:
        LayerNotFoundError: these inputs do not pass through a layer.
    """
    seen = _run(network, inputs, names, keep=lambda output: (output.clone(), None))
    return {name: _ordered(network, name, seen[name]) for name in names}


def layer_gradients(
    network: "Network",
    inputs: Tensor,
    score: Callable[[Mapping[str, Tensor]], Tensor],
    names: Collection[str],
    *,
    score_layers: Collection[str],
) -> dict[str, LayerGradient]:
    """Activations of some layers, and the gradient of each image's score there.

    Args:
        inputs: (B, 3, H, W) in the network's own range.
        score: activations of `score_layers` to one value per image, (B,).
        names: layers not deeper than those the score reads.

    Returns:
        For each name; the gradient is zero where the layer has no part in the score.
    """

    def keep(output: Tensor) -> tuple[Tensor, Tensor]:
        # What the next module gets is a copy of what is kept: it may work in place,
        # and what is kept still lies on the path to the score.
        kept = output.clone()
        if not kept.requires_grad:
            kept.requires_grad_()
        return kept, kept.clone()

    with torch.enable_grad():
        seen = _run(network, inputs, {*names, *score_layers}, keep=keep)
        total = score(
            {name: _ordered(network, name, seen[name]) for name in score_layers}
        ).sum()
        order = list(names)
        found: Sequence[Tensor | None] = [None] * len(order)
        if total.requires_grad:
            found = torch.autograd.grad(
                total, [seen[name] for name in order], allow_unused=True
            )
    return {
        name: LayerGradient(
            activation=_ordered(network, name, seen[name].detach()),
            gradient=_ordered(
                network,
                name,
                torch.zeros_like(seen[name]) if gradient is None else gradient,
            ),
        )
        for name, gradient in zip(order, found, strict=True)
    }


def _ordered(network: "Network", name: str, activations: Tensor) -> Tensor:
    layout = check_layer(name, network.layers).layout
    is_coarse = activations.dtype in (torch.float16, torch.bfloat16)
    fine = activations.float() if is_coarse else activations
    return channels_first(fine, layout)


def _run(
    network: "Network",
    inputs: Tensor,
    names: Collection[str],
    *,
    keep: Callable[[Tensor], tuple[Tensor, Tensor | None]],
) -> dict[str, Tensor]:
    """Outputs of the layers named, in the network's own layout.

    Args:
        keep: what of an output is kept, and what goes on in its place (None: itself).
    """
    module = network.module
    wanted: dict[str, list[tuple[str, int | None, str | None]]] = {}
    for name in names:
        part, call, key = _split_name(name)
        if name != LOGIT_LAYER:
            wanted.setdefault(part, []).append((name, call, key))
    n_wanted = sum(map(len, wanted.values()))
    seen: dict[str, Tensor] = {}
    calls = dict.fromkeys(wanted, -1)

    def hook(part: str) -> Any:
        def on_output(_module: nn.Module, _inputs: object, output: object) -> Any:
            calls[part] += 1
            result = output
            for name, call, key in wanted[part]:
                if name in seen or call not in (None, calls[part]):
                    continue
                seen[name], onward = keep(dict(outputs_of(output))[key])
                if onward is not None:
                    result = _replaced(result, key, onward)
            if len(seen) == n_wanted and LOGIT_LAYER not in names:
                raise _Captured
            return result

        return on_output

    handles = [
        module.get_submodule(part).register_forward_hook(hook(part)) for part in wanted
    ]
    try:
        output = module(inputs.to(network.dtype))
        if LOGIT_LAYER in names:
            seen[LOGIT_LAYER] = main_output(output)
    except _Captured:
        pass
    finally:
        for handle in handles:
            handle.remove()
    if passed_by := sorted(set(names) - set(seen)):
        raise LayerNotFoundError(
            f"these pictures do not pass through {', '.join(passed_by)}: "
            f"{network.name} goes another way than on the blank pictures that its "
            "layers were listed with"
        )
    return seen


def _replaced(output: Any, key: str | None, part: Tensor) -> Any:
    """A module's output with one of its tensors exchanged."""
    if key is None:
        return part
    if isinstance(output, Mapping):
        parts = {k: part if str(k) == key else v for k, v in output.items()}
        return type(output)(parts)  # type: ignore[call-arg]
    elements = list(output)
    elements[int(key)] = part
    make = getattr(type(output), "_make", type(output))  # named tuples
    return make(elements)
