"""Networks by name, with their own preprocessing, labels and checked weights."""

import hashlib
import logging
import pickle
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import torch
import torchvision
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from generator.demo.network import (
    INPUT_PX,
    MEAN,
    RESIZE_PX,
    STD,
    load_embedded_network,
)
from generator.errors import NetworkError

EMBEDDED = "embedded"
"""Name of the small network that comes with the package."""

_UNREADABLE = (
    SafetensorError,
    pickle.UnpicklingError,
    RuntimeError,
    EOFError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    OverflowError,
    struct.error,
    zipfile.BadZipFile,
)
"""What the two readers of weights raise for bytes that are none."""

_log = logging.getLogger(__name__)


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Network:
    """A network ready to be looked into. Also made by hand from any `nn.Module`."""

    name: str
    """How it is called in outputs, e.g. `mobilenet_v2`."""

    module: nn.Module
    """Images (B, 3, H, W) in its own range to logits (B, n_labels)."""

    preprocessing: Preprocessing

    labels: tuple[str, ...]
    """Name of each logit."""

    weights_sha256: str
    """Of the weights file."""

    device: str = "cpu"
    """Where the module lies, e.g. `cpu` or `cuda:0`."""


def load_network(
    name: str,
    *,
    weights: Path | None = None,
    allow_download: bool = False,
    device: str = "cpu",
) -> Network:
    """Load the embedded network or a torchvision classifier.

    Args:
        name: `embedded`, or a name from `torchvision.models.list_models()`.
        weights: state dict of a torchvision classifier, `.safetensors` or `.pth`.
        allow_download: let torchvision fetch its own weights when none are given.
        device: where to put it.

    Raises:
        NetworkError: unknown name, no weights, or weights that do not fit.
    """
    if name == EMBEDDED:
        return _load_embedded(weights=weights, device=device)
    entry = _weights_entry(name)
    path = weights if weights is not None else _own_weights(name, entry, allow_download)
    state = _read_state(path)
    module = _build(name, state)
    _fill(module, state, name=name, path=path)
    module.eval().requires_grad_(False)
    return Network(
        name=name,
        module=_placed(module, device),
        preprocessing=_preprocessing(entry),
        labels=tuple(entry.meta["categories"]),
        weights_sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        device=device,
    )


def _load_embedded(*, weights: Path | None, device: str) -> Network:
    if weights is not None:
        raise NetworkError(
            f"the embedded network brings its own weights; got {weights}. "
            "Leave the weights out, or name a torchvision network."
        )
    loaded = load_embedded_network()
    return Network(
        name=EMBEDDED,
        module=_placed(loaded.module, device),
        preprocessing=Preprocessing(
            input_px=INPUT_PX, resize_px=RESIZE_PX, mean=MEAN, std=STD
        ),
        labels=loaded.labels,
        weights_sha256=loaded.weights_sha256,
        device=device,
    )


def _weights_entry(name: str) -> Any:
    """torchvision's description of a classifier's ImageNet weights: no download.

    The first published weights are taken, because files from elsewhere follow
    their preprocessing (short side 256, crop 224) more often than the newer recipe.
    """
    known = torchvision.models.list_models(module=torchvision.models)
    if name not in known:
        near = ", ".join(get_close_matches(name, [EMBEDDED, *known])) or "none"
        raise NetworkError(
            f"no network is called {name!r}; close names: {near}. Use {EMBEDDED!r} "
            "or a classifier of torchvision, e.g. mobilenet_v2."
        )
    entries = torchvision.models.get_model_weights(name)
    return getattr(entries, "IMAGENET1K_V1", entries.DEFAULT)


def _own_weights(name: str, entry: Any, allow_download: bool) -> Path:
    """Path of torchvision's own weights, fetched once when that is allowed."""
    path = Path(torch.hub.get_dir()) / "checkpoints" / Path(entry.url).name
    if path.is_file():
        return path
    if not allow_download:
        raise NetworkError(
            f"{name} needs weights; got none. Give a file (--weights PATH), or let "
            "torchvision fetch its own (--download-weights)."
        )
    _log.info("fetching the weights of %s to %s", name, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        torch.hub.download_url_to_file(entry.url, str(path), progress=False)
    except OSError as error:
        raise NetworkError(
            f"the weights of {name} could not be fetched from {entry.url}: {error}. "
            "Fetch the file by other means and give it (--weights PATH)."
        ) from error
    return path


def _read_state(path: Path) -> dict[str, Tensor]:
    """The tensors of a weights file, by name."""
    if not path.is_file():
        raise NetworkError(f"no weights file at {path}")
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except _UNREADABLE as error:
        raise NetworkError(
            f"{path} cannot be read as weights: {type(error).__name__}. "
            "Give a .safetensors file or a .pth state dict."
        ) from error
    state = loaded.get("state_dict", loaded) if isinstance(loaded, Mapping) else loaded
    is_state = isinstance(state, Mapping) and all(
        isinstance(value, Tensor) for value in state.values()
    )
    if not is_state:
        raise NetworkError(f"{path} holds no state dict; got {type(loaded).__name__}")
    return dict(state)


def _build(name: str, state: Mapping[str, Tensor]) -> nn.Module:
    """The architecture with untrained weights, fit to the heads the file has."""
    options: dict[str, Any] = {}
    if name in {"googlenet", "inception_v3"}:
        has_heads = any(key.lower().startswith("aux") for key in state)
        options = {
            "aux_logits": has_heads,
            "init_weights": False,
            "transform_input": True,
        }
    module: nn.Module = torchvision.models.get_model(name, weights=None, **options)
    return module


def _fill(
    module: nn.Module, state: Mapping[str, Tensor], *, name: str, path: Path
) -> None:
    """Load every tensor, none missing and none left over."""
    wanted = {key: value.shape for key, value in module.state_dict().items()}
    missing = sorted(wanted.keys() - state.keys())
    surplus = sorted(state.keys() - wanted.keys())
    misshapen = sorted(
        key for key in wanted.keys() & state.keys() if wanted[key] != state[key].shape
    )
    faults = [
        f"{len(keys)} {what} (first: {keys[0]})"
        for what, keys in [
            ("missing", missing),
            ("unknown", surplus),
            ("of another shape", misshapen),
        ]
        if keys
    ]
    if faults:
        raise NetworkError(
            f"{path} does not fit {name}: {', '.join(faults)}. "
            f"Give weights saved from torchvision's {name}."
        )
    module.load_state_dict(dict(state), strict=True)


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


def _preprocessing(entry: Any) -> Preprocessing:
    transforms = entry.transforms()
    return Preprocessing(
        input_px=transforms.crop_size[0],
        resize_px=transforms.resize_size[0],
        mean=tuple(transforms.mean),
        std=tuple(transforms.std),
    )
