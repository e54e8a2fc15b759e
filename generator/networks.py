"""A network ready to be looked into, and loading one by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from generator.capture import undisturbed
from generator.directions.direction import Direction
from generator.errors import NetworkError
from generator.layers import LayerInfo, probe_layers

EMBEDDED = "embedded"
"""Name of the small network that comes with the package."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Preprocessing:
    """What a network does to a photograph before it looks."""

    input_px: int
    """Side of the square the network sees, pixels."""

    resize_px: int
    """Length the photograph's short side is resized to before the centre crop."""

    mean: tuple[float, float, float]
    """Subtracted from each RGB channel, values in [0, 1]."""

    std: tuple[float, float, float]
    """Each RGB channel is divided by this after the subtraction."""

    def normalize(self, images: Tensor) -> Tensor:
        """(..., 3, H, W) in [0, 1] to the network's own range."""
        mean = torch.tensor(self.mean, dtype=images.dtype, device=images.device)
        std = torch.tensor(self.std, dtype=images.dtype, device=images.device)
        return (images - mean[:, None, None]) / std[:, None, None]


@dataclass(frozen=True, kw_only=True)
class Network:
    """A network ready to be looked into. Also made by hand from any `nn.Module`."""

    name: str
    """How it is called in outputs, e.g. `mobilenet_v2`."""

    module: nn.Module
    """Images (B, 3, H, W) in its own range to logits (B, n_labels)."""

    preprocessing: Preprocessing

    labels: tuple[str, ...] = ()
    """Name of each logit; empty for a network without a classifier."""

    weights_sha256: str
    """Of the weights file."""

    device: str = "cpu"
    """Where the module lies, e.g. `cpu` or `cuda:0`."""

    directions: Mapping[str, Direction] = field(default_factory=dict)
    """Directions that features may name, by their own names."""

    members: "Mapping[str, Network]" = field(default_factory=dict)
    """The networks a joined one consists of, by their names in it."""

    @property
    def dtype(self) -> torch.dtype:
        """Number format of its weights, which its inputs must have too."""
        formats = (w.dtype for w in self.module.parameters() if w.is_floating_point())
        return next(formats, torch.float32)

    def moved_to(self, device: str) -> "Network":
        """The same network on a device; its module goes there too.

        Raises:
            NetworkError: there is no such device.
        """
        return replace(self, module=_placed(self.module, device), device=device)

    @cached_property
    def layers(self) -> tuple[LayerInfo, ...]:
        """Every layer, found by showing it blank images once; `logit` last.

        Raises:
            NetworkError: it cannot look at RGB pictures of `input_px` on its device.
        """
        if any(is_lazy(part) for part in self.module.parameters()):
            raise NetworkError(
                f"{self.name} has layers whose size is not known yet; show it one "
                "picture before it is handed over"
            )
        side = self.preprocessing.input_px
        blank = torch.zeros(2, 3, side, side, device=self.device, dtype=self.dtype)
        try:
            with undisturbed(self.module):
                return probe_layers(self.module, blank=blank)
        except RuntimeError as error:  # another shape, number format or device
            # Imported late: passes are made of draws, which need this file.
            from generator.search.passes import is_out_of_memory

            if is_out_of_memory(error):
                raise
            reason = str(error).splitlines()[0]
            raise NetworkError(
                f"{self.name} cannot look at pictures of 3 x {side} x {side} values, "
                f"{self.dtype} on {self.device}: {reason}"
            ) from error


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkSource:
    """What decides which network is loaded, apart from its name."""

    weights: Path | None = None
    """State dict, `.safetensors` or `.pth`. None: the network's own."""

    allow_download: bool = False
    """Let the library that knows the network fetch its weights when none are given."""

    random_weights: int | None = None
    """rng seed of untrained weights, instead of any others: a control."""

    preprocessing: Preprocessing | None = None
    """In place of the network's own; needed for a module that brings none."""

    labels: tuple[str, ...] | None = None
    """Names of the logits, in place of the network's own."""

    def __post_init__(self) -> None:
        if self.random_weights is not None and self.weights is not None:
            raise NetworkError(
                f"weights are read from a file or drawn at random; got {self.weights} "
                f"and rng seed {self.random_weights}"
            )


def load_network(
    name: str,
    *,
    weights: Path | None = None,
    allow_download: bool = False,
    random_weights: int | None = None,
    preprocessing: Preprocessing | None = None,
    labels: tuple[str, ...] | None = None,
    device: str = "cpu",
) -> Network:
    """Load the embedded network, one of a library, or a module of the user's own.

    Args:
        name: `embedded`; a classifier of torchvision, e.g. `mobilenet_v2`; `timm/NAME`
            for one of timm; or `PACKAGE.MODULE:FUNCTION`, a function without arguments
            that returns an `nn.Module` or a `Network`.
        weights: state dict, `.safetensors` or `.pth`.
        allow_download: let the library fetch its own weights when none are given.
        random_weights: rng seed of untrained weights, in place of any others.
        preprocessing: in place of the network's own.
        labels: names of the logits, in place of the network's own.
        device: where to put it.

    Raises:
        NetworkError: unknown name, no weights, or weights that do not fit.
    """
    source = NetworkSource(
        weights=weights,
        allow_download=allow_download,
        random_weights=random_weights,
        preprocessing=preprocessing,
        labels=labels,
    )
    network = _found(name, source)
    network.module.eval().requires_grad_(False)
    return Network(
        name=network.name,
        module=_placed(network.module, device),
        preprocessing=preprocessing or network.preprocessing,
        labels=network.labels if labels is None else labels,
        weights_sha256=network.weights_sha256,
        device=device,
        directions=network.directions,
        members=network.members,
    )


def _found(name: str, source: NetworkSource) -> Network:
    # Imported late: each source has libraries of its own.
    if name == EMBEDDED:
        from generator.zoo.embedded import load_embedded

        return load_embedded(source)
    if name.startswith("timm/"):
        from generator.zoo.timm_networks import load_from_timm

        return load_from_timm(name.removeprefix("timm/"), source)
    if ":" in name:
        from generator.zoo.own_module import load_own_module

        return load_own_module(name, source)
    from generator.zoo.torchvision_networks import load_from_torchvision

    return load_from_torchvision(name, source)


def _placed(module: nn.Module, device: str) -> nn.Module:
    try:
        if torch.device(device).type == "meta":
            raise RuntimeError("it computes no values.")
        return module.to(device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise NetworkError(
            f"device {device!r} cannot be used: {reason} Try cpu."
        ) from error
