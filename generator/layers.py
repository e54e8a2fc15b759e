"""The layers of a network: their names, shapes and layouts."""

import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal

import torch
from torch import Tensor, nn

from generator.errors import LayerNotFoundError
from generator.features import LOGIT_LAYER

Layout = Literal["NCHW", "NHWC", "NCL", "NLC", "NC"]
"""Axes of a layer's activations: B images, C channels, H × W rows and columns, or L
tokens."""

_MOST_PREFIX_TOKENS = 8
"""Class and register tokens before those of the picture; more are not believable."""

_CHANNELS_FIRST = (nn.Conv2d, nn.BatchNorm2d, nn.GroupNorm, nn.MaxPool2d, nn.AvgPool2d)

_CHANNELS_BEFORE_TOKENS = (nn.Conv1d, nn.BatchNorm1d, nn.MaxPool1d, nn.AvgPool1d)
_CHANNELS_AFTER_TOKENS = (nn.LayerNorm, nn.Linear, nn.MultiheadAttention)

_PERMUTED: dict[tuple[int, ...], Layout] = {
    (0, 3, 1, 2): "NCHW",
    (0, 2, 3, 1): "NHWC",
}
"""What a module that only turns axes round leaves behind."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LayerInfo:
    """One layer, as seen while the network looked at blank images."""

    name: str
    """Dotted module name; `NAME@CALL` where one module is used several times, and
    `NAME[KEY]` for one of several outputs."""

    kind: str
    """Class of the module, e.g. `Conv2d`."""

    shape: tuple[int, ...]
    """Of one image, channels first: (C, H, W), (C, L) for L tokens, or (C,)."""

    layout: Layout = "NCHW"
    """How the network itself orders the axes."""

    n_prefix_tokens: int = 0
    """Leading tokens that stand for no place of the picture, e.g. the class token."""

    stride_px: float | None = None
    """Input pixels per position; None where the layer has no rows and columns."""

    @property
    def n_channels(self) -> int:
        return self.shape[0]

    @property
    def grid(self) -> tuple[int, int] | None:
        """Rows and columns of its positions; None where it has none."""
        if len(self.shape) == 3:
            return self.shape[1], self.shape[2]
        if self.stride_px is None:
            return None
        side = math.isqrt(self.shape[1] - self.n_prefix_tokens)
        return side, side


def channels_first(activations: Tensor, layout: Layout) -> Tensor:
    """Activations as (B, C, *positions), whatever the network's own order."""
    if layout == "NHWC":
        return activations.permute(0, 3, 1, 2)
    if layout == "NLC":
        return activations.transpose(1, 2)
    return activations


def by_position(activations: Tensor) -> Tensor:
    """(B, C, *positions) as (B, C, P); vectors (B, C) have one position."""
    return activations.flatten(2) if activations.ndim > 2 else activations[..., None]


def split_name(name: str) -> tuple[str, int | None, str | None]:
    """Module, number of the call and key of the output: `act@1[0]` is act, 1, 0."""
    found = re.fullmatch(r"(?P<module>[^@[]+)(@(?P<call>\d+))?(\[(?P<key>.+)\])?", name)
    if found is None:
        return name, None, None
    call = None if found["call"] is None else int(found["call"])
    return found["module"], call, found["key"]


def outputs_of(output: object) -> Iterator[tuple[str | None, Tensor]]:
    """The tensors a module gives, each with its key; the key of a single one is None.

    The elements of tuples and lists have their number as key.
    """
    if isinstance(output, Tensor):
        yield None, output
        return
    if isinstance(output, Mapping):
        parts: Collection[tuple[Any, Any]] = list(output.items())
    elif isinstance(output, tuple | list):
        parts = list(enumerate(output))
    else:
        return
    for key, part in parts:
        if isinstance(part, Tensor):
            yield str(key), part


def main_output(output: object) -> Tensor:
    """What a network answers: its one tensor, the one called logits, or the first.

    Raises:
        LayerNotFoundError: it answers with something else.
    """
    tensors = dict(outputs_of(output))
    if not tensors:
        raise LayerNotFoundError(
            f"the network answers with a {type(output).__name__}, not with tensors; "
            "wrap it in a module that returns its logits"
        )
    return tensors.get("logits", next(iter(tensors.values())))


def probe_layers(module: nn.Module, *, blank: Tensor) -> tuple[LayerInfo, ...]:
    """Every layer that gives a tensor for each image, in order of finishing.

    Args:
        module: in evaluation mode.
        blank: (2, C, H, W) images in the network's own range, H = W. Two, so that a
            first axis of another length is seen not to count images.

    Returns:
        The layers; the last one is `logit`, the network's output, where that is one
        vector for each image.
    """
    seen: list[tuple[str, str, str | None, Tensor, Layout]] = []
    layouts = _LayoutRule()

    def hook(name: str) -> Any:
        def keep(part: nn.Module, _inputs: object, output: object) -> None:
            for key, tensor in outputs_of(output):
                if tensor.ndim in (2, 3, 4) and len(tensor) == len(blank):
                    layout = layouts.of(part, tensor)
                    seen.append((name, type(part).__name__, key, tensor, layout))

        return keep

    named = [item for item in module.named_modules() if item[0]]
    handles = [part.register_forward_hook(hook(name)) for name, part in named]
    try:
        with torch.no_grad():
            output = main_output(module(blank))
    finally:
        for handle in handles:
            handle.remove()
    layers = _described(seen, side_px=blank.shape[-1])
    if output.ndim == 2 and len(output) == len(blank):
        shape = tuple(output.shape[1:])
        layers.append(
            LayerInfo(name=LOGIT_LAYER, kind="output", shape=shape, layout="NC")
        )
    return tuple(layers)


class _LayoutRule:
    """Tells channels-last maps from channels-first ones.

    Square pictures have square maps: where exactly two axes agree they are rows and
    columns. Where that is undecided, and for tokens, the last module that fixes the
    order decides.
    """

    def __init__(self) -> None:
        self._maps: Layout = "NCHW"
        self._tokens: Layout = "NLC"

    def of(self, part: nn.Module, output: Tensor) -> Layout:
        if output.ndim == 2:
            return "NC"
        if output.ndim == 3:
            return self._of_tokens(part)
        first, second, third = output.shape[1:]
        if isinstance(part, _CHANNELS_FIRST) or second == third != first:
            self._maps = "NCHW"
        elif first == second != third or type(part) in (nn.LayerNorm, nn.Linear):
            self._maps = "NHWC"
        elif type(part).__name__ == "LayerNorm2d":
            self._maps = "NCHW"
        else:
            self._maps = _PERMUTED.get(tuple(getattr(part, "dims", ())), self._maps)
        return self._maps

    def _of_tokens(self, part: nn.Module) -> Layout:
        if isinstance(part, nn.Flatten):  # of maps; what follows often turns it round
            return "NCL"
        if isinstance(part, _CHANNELS_BEFORE_TOKENS):
            self._tokens = "NCL"
        elif isinstance(part, _CHANNELS_AFTER_TOKENS):
            self._tokens = "NLC"
        return self._tokens


def _described(
    seen: Sequence[tuple[str, str, str | None, Tensor, Layout]], *, side_px: int
) -> list[LayerInfo]:
    """Number the calls of reused modules and work out strides."""
    outputs = [(name, key) for name, _, key, _, _ in seen]
    calls: dict[tuple[str, str | None], int] = {}
    layers = []
    for name, kind, key, tensor, layout in seen:
        call = calls[name, key] = calls.get((name, key), -1) + 1
        suffix = f"@{call}" if outputs.count((name, key)) > 1 else ""
        suffix += "" if key is None else f"[{key}]"
        shape = tuple(channels_first(tensor, layout).shape[1:])
        n_prefix, n_across = _positions(shape)
        layers.append(
            LayerInfo(
                name=f"{name}{suffix}",
                kind=kind,
                shape=shape,
                layout=layout,
                n_prefix_tokens=n_prefix,
                stride_px=None if n_across is None else side_px / n_across,
            )
        )
    return layers


def _positions(shape: tuple[int, ...]) -> tuple[int, int | None]:
    """Prefix tokens, and rows of the layer's positions (None: it has no rows)."""
    if len(shape) == 3:
        return 0, shape[1] if shape[1] > 1 else None
    if len(shape) == 2:
        side = math.isqrt(shape[1])
        n_prefix = shape[1] - side**2
        if side > 1 and n_prefix <= _MOST_PREFIX_TOKENS:
            return n_prefix, side
    return 0, None


def check_layer(name: str, layers: Collection[LayerInfo]) -> LayerInfo:
    """The layer of that name; underscores may stand for its dots, and a slash for the
    dot after a joined network's member.

    Raises:
        LayerNotFoundError: there is none, or its module is used several times.
    """
    by_name = {layer.name: layer for layer in layers}
    if name.replace("/", ".") in by_name:
        return by_name[name.replace("/", ".")]
    aliases = [known for known in by_name if known.replace(".", "_") == name]
    if len(aliases) == 1:
        return by_name[aliases[0]]
    parts = [known for known in by_name if re.match(rf"{re.escape(name)}[@[]", known)]
    if parts:
        raise LayerNotFoundError(
            f"layer {name!r} gives {len(parts)} results in one pass; choose one: "
            f"{', '.join(parts)}"
        )
    near = ", ".join(get_close_matches(name, by_name, n=5, cutoff=0.5)) or "none"
    raise LayerNotFoundError(
        f"the network has no layer {name!r}; close names: {near}. "
        "`accentuate layers` lists them all."
    )
