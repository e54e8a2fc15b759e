"""The embedded network: its architecture, its weights file and the loader.

Five small convolution stages name what fills a 64-pixel crop of a photograph. Every
step down in resolution weighs all positions alike (a stem whose kernel is a whole
number of strides wide, then average pooling), and the nonlinearity is smooth, so that
gradients with respect to the picture carry no grid and no jumps.
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from generator.errors import NetworkError
from generator.file_hash import file_sha256

NAME = "embedded"
INPUT_PX = 64
RESIZE_PX = INPUT_PX
MEAN = (0.45, 0.45, 0.45)
STD = (0.25, 0.25, 0.25)
WEIGHTS_FILE = Path(__file__).with_name("weights.safetensors")
STAGE_CHANNELS = (16, 24, 64, 96, 160)
FORMAT = "accentuate embedded network 1"
REMEDY = (
    "Restore the file from the repository, or make it anew with "
    "`accentuate train-embedded --out FILE`."
)


class EmbeddedNetwork(nn.Module):
    """Classifier of 64-pixel crops; `stage1` … `stage5`, `pool`, `readout`.

    Args:
        n_classes: number of logits.
    """

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        first, second, third, fourth, fifth = STAGE_CHANNELS
        self.stage1 = stage(3, first, kernel_px=6, stride=2, halves=False)
        self.stage2 = stage(first, second, halves=False)
        self.stage3 = stage(second, third)
        self.stage4 = stage(third, fourth)
        self.stage5 = stage(fourth, fifth)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.readout = nn.Linear(fifth, n_classes)

    def forward(self, pictures: Tensor) -> Tensor:
        """Logits (B, n_classes) of normalized pictures (B, 3, 64, 64)."""
        x = self.stage1(pictures)  # (B, 16, 32, 32)
        x = self.stage2(x)  # (B, 24, 32, 32)
        x = self.stage3(x)  # (B, 64, 16, 16)
        x = self.stage4(x)  # (B, 96, 8, 8)
        x = self.stage5(x)  # (B, 160, 4, 4)
        logits: Tensor = self.readout(self.pool(x).flatten(1))  # (B, n_classes)
        return logits


def stage(
    n_in: int,
    n_out: int,
    *,
    kernel_px: int = 3,
    stride: int = 1,
    halves: bool = True,
) -> nn.Sequential:
    """Average pooling (where it halves), convolution and SiLU."""
    parts: OrderedDict[str, nn.Module] = OrderedDict()
    if halves:
        parts["pool"] = nn.AvgPool2d(2)
    padding = (kernel_px - stride) // 2
    parts["conv"] = nn.Conv2d(n_in, n_out, kernel_px, stride=stride, padding=padding)
    parts["act"] = nn.SiLU()
    return nn.Sequential(parts)


class LoadedNetwork(NamedTuple):
    """The embedded network, ready for use."""

    module: EmbeddedNetwork
    """In evaluation mode, on the CPU; its parameters need no gradient."""

    labels: tuple[str, ...]
    """Name of each logit."""

    weights_sha256: str
    """Of the weights file."""

    training: Mapping[str, object]
    """What the weights file says of its own making."""


def load_embedded_network(path: Path = WEIGHTS_FILE) -> LoadedNetwork:
    """Read the weights that come with the package, or others of the same making.

    Raises:
        NetworkError: the file is missing, damaged or of another network.
    """
    tensors, metadata = read_weights(path)
    try:
        labels = tuple(json.loads(metadata["labels"]))
        training = json.loads(metadata["training"])
    except (KeyError, TypeError, ValueError) as error:
        raise NetworkError(f"{path} does not name its classes. {REMEDY}") from error
    module = EmbeddedNetwork(len(labels))
    try:
        module.load_state_dict(tensors)
    except RuntimeError as error:
        raise NetworkError(
            f"{path} holds other tensors than this network has: {error}. {REMEDY}"
        ) from error
    module.eval().requires_grad_(False)
    sha256 = file_sha256(path)
    return LoadedNetwork(module, labels, sha256, training)


def read_weights(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors and metadata of a weights file, checked against its own checksum."""
    if not path.is_file():
        raise NetworkError(f"no weights of the embedded network at {path}. {REMEDY}")
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            metadata = dict(file.metadata() or {})
    except (SafetensorError, OSError) as error:
        raise NetworkError(
            f"{path} is no readable safetensors file: {error}. {REMEDY}"
        ) from error
    if metadata.get("format") != FORMAT:
        raise NetworkError(
            f"{path} is of format {metadata.get('format')!r}; "
            f"the embedded network needs {FORMAT!r}. {REMEDY}"
        )
    if metadata.get("tensors_sha256") != tensors_sha256(tensors):
        raise NetworkError(
            f"the weights in {path} differ from the checksum written with them. "
            f"{REMEDY}"
        )
    return tensors, metadata


def write_weights(
    path: Path,
    module: EmbeddedNetwork,
    *,
    labels: tuple[str, ...],
    training: Mapping[str, object],
) -> None:
    """Write a weights file that `load_embedded_network` accepts.

    Args:
        labels: name of each logit.
        training: how the weights were made; kept as JSON.

    Raises:
        NetworkError: the file cannot be written.
    """
    tensors = {
        name: tensor.detach().contiguous()
        for name, tensor in module.state_dict().items()
    }
    metadata = {
        "format": FORMAT,
        "labels": json.dumps(labels),
        "training": json.dumps(training, sort_keys=True),
        "tensors_sha256": tensors_sha256(tensors),
    }
    content = in_order(save(tensors, metadata=metadata))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise NetworkError(f"{path} cannot be written: {error}") from error


def in_order(content: bytes) -> bytes:
    """The same safetensors file with a sorted header: the library's order varies."""
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    text = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + content[8 + length :]


def tensors_sha256(tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 over names, shapes and bytes, in the order of the names."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name].detach().contiguous().to(torch.float32)
        digest.update(f"{name} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.numpy().tobytes())
    return digest.hexdigest()
