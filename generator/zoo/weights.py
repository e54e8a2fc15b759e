"""Weights files: read, checked against a module, hashed; and untrained weights."""

import hashlib
import pickle
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from generator.errors import NetworkError

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


def read_state(path: Path) -> dict[str, Tensor]:
    """The tensors of a weights file, by name.

    Raises:
        NetworkError: there is no file, or it holds no weights.
    """
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


def fill(
    module: nn.Module, state: Mapping[str, Tensor], *, name: str, path: Path
) -> None:
    """Load every tensor, none missing and none left over.

    Raises:
        NetworkError: the file belongs to another network; says what does not fit.
    """
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
            f"Give weights saved from this {name}."
        )
    module.load_state_dict(dict(state), strict=True)


def state_sha256(module: nn.Module) -> str:
    """Of a module's tensors, for weights that come from no file."""
    digest = hashlib.sha256()
    for name, value in sorted(module.state_dict().items()):
        raw = value.detach().cpu().contiguous().reshape(-1).view(torch.uint8)
        digest.update(f"{name} {value.dtype} {tuple(value.shape)}\0".encode())
        digest.update(raw.numpy().tobytes())
    return digest.hexdigest()


def built_at_random(build: Callable[[], nn.Module], *, rng_seed: int) -> nn.Module:
    """A module as its constructor initializes it, from a seed of its own.

    Layers that start at zero, such as the classifiers of vision transformers, would
    respond to nothing; they are drawn too. torch's global generator is left as it was.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(rng_seed)
        module = build()
        for part in module.modules():
            if isinstance(part, nn.Linear | nn.Conv2d) and not part.weight.any():
                part.reset_parameters()
        return module
