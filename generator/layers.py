"""The layers of a network: which there are, and their activations. Leaves no trace."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import torch
from torch import Tensor, nn

from generator.errors import LayerNotFoundError
from generator.features import LOGIT_LAYER
from generator.networks import Network


@dataclass(frozen=True, kw_only=True, slots=True)
class LayerInfo:
    """One layer, as seen while the network looked at one blank image."""

    name: str
    """Dotted module name; `NAME@CALL` where one module is used several times."""

    kind: str
    """Class of the module, e.g. `Conv2d`."""

    shape: tuple[int, ...]
    """Of the activations of one image, e.g. (channels, height, width)."""

    stride_px: float | None
    """Input pixels per position; None where the layer has no rows and columns."""


class _Captured(Exception):  # noqa: N818 - a signal, not an error
    """Every layer asked for has been seen; the rest of the network is not needed."""


@contextmanager
def undisturbed(module: nn.Module) -> Iterator[None]:
    """Evaluation mode and frozen weights inside, everything as it was afterwards."""
    was_training = {part: part.training for part in module.modules()}
    needed_gradient = {weight: weight.requires_grad for weight in module.parameters()}
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


def layer_activations(
    module: nn.Module, inputs: Tensor, names: Collection[str]
) -> dict[str, Tensor]:
    """Run a network as far as the deepest layer asked for.

    Activations are copies, because a following module may work in place. Hooks are
    removed again, whatever happens.

    Args:
        inputs: (B, 3, H, W) in the network's own range.
        names: layer names that exist (see `check_layer`), or `logit` for the output.

    Returns:
        The activations of each name, batch axis first.
    """
    wanted = set(names) - {LOGIT_LAYER}
    modules = dict(module.named_modules())
    seen: dict[str, Tensor] = {}
    calls: dict[str, int] = {}

    def hook(name: str) -> Any:
        def keep(_module: nn.Module, _inputs: object, output: object) -> None:
            call = calls[name] = calls.get(name, -1) + 1
            for key in {name, f"{name}@{call}"} & (wanted - seen.keys()):
                seen[key] = _as_tensor(output, name).clone()
            if wanted <= seen.keys() and LOGIT_LAYER not in names:
                raise _Captured

        return keep

    handles = [
        modules[name].register_forward_hook(hook(name))
        for name in {name.partition("@")[0] for name in wanted}
    ]
    try:
        output = module(inputs)
        if LOGIT_LAYER in names:
            seen[LOGIT_LAYER] = _as_tensor(output, LOGIT_LAYER)
    except _Captured:
        pass
    finally:
        for handle in handles:
            handle.remove()
    return seen


def _as_tensor(output: object, name: str) -> Tensor:
    if isinstance(output, Tensor):
        return output
    raise LayerNotFoundError(
        f"layer {name!r} gives a {type(output).__name__}, not one tensor; "
        "choose a layer inside it. `accentuate layers` lists them all."
    )


def by_position(activations: Tensor) -> Tensor:
    """Activations as (B, C, positions), whatever the layer's kind.

    Maps (B, C, H, W) become C × HW, token layers (B, L, C) are turned round, and
    vectors (B, C) get one position.
    """
    if activations.ndim == 2:
        return activations[:, :, None]
    if activations.ndim == 3:
        return activations.transpose(1, 2)
    return activations.flatten(2)


def list_layers(network: Network) -> list[LayerInfo]:
    """Every layer that gives one tensor, in the order of finishing; `logit` last."""
    side = network.preprocessing.input_px
    outputs: list[tuple[str, str, tuple[int, ...]]] = []

    def hook(name: str) -> Any:
        def keep(module: nn.Module, _inputs: object, output: object) -> None:
            if isinstance(output, Tensor) and output.ndim >= 2:
                shape = tuple(output.shape[1:])
                outputs.append((name, type(module).__name__, shape))

        return keep

    named = [item for item in network.module.named_modules() if item[0]]
    handles = [part.register_forward_hook(hook(name)) for name, part in named]
    blank = torch.zeros(1, 3, side, side, device=network.device)
    try:
        with undisturbed(network.module), torch.no_grad():
            logits = _as_tensor(network.module(blank), LOGIT_LAYER)
    finally:
        for handle in handles:
            handle.remove()
    outputs.append((LOGIT_LAYER, "output", tuple(logits.shape[1:])))
    return _described(outputs, side)


def _described(
    outputs: list[tuple[str, str, tuple[int, ...]]], side: int
) -> list[LayerInfo]:
    """Number the calls of reused modules and work out strides."""
    names = [name for name, _, _ in outputs]
    calls: dict[str, int] = {}
    layers = []
    for name, kind, shape in outputs:
        call = calls[name] = calls.get(name, -1) + 1
        has_map = len(shape) == 3 and shape[1] > 1
        layers.append(
            LayerInfo(
                name=f"{name}@{call}" if names.count(name) > 1 else name,
                kind=kind,
                shape=shape,
                stride_px=side / shape[1] if has_map else None,
            )
        )
    return layers


def n_channels(layer: LayerInfo) -> int:
    """Channels of maps (C, H, W), token layers (L, C) and vectors (C,)."""
    return layer.shape[-1] if len(layer.shape) == 2 else layer.shape[0]


def check_layer(name: str, layers: Collection[LayerInfo]) -> LayerInfo:
    """The layer of that name.

    Raises:
        LayerNotFoundError: there is none, or its module is used several times.
    """
    by_name = {layer.name: layer for layer in layers}
    if name in by_name:
        return by_name[name]
    calls = [known for known in by_name if known.startswith(f"{name}@")]
    if calls:
        raise LayerNotFoundError(
            f"layer {name!r} is used {len(calls)} times in one pass; choose one: "
            f"{', '.join(calls)}"
        )
    near = ", ".join(get_close_matches(name, by_name, n=5, cutoff=0.5)) or "none"
    raise LayerNotFoundError(
        f"the network has no layer {name!r}; close names: {near}. "
        "`accentuate layers` lists them all."
    )
