"""The photographs of a folder, and how strongly they drive the features."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generator.activations import feature_activations
from generator.features import Feature
from generator.networks import Network
from generator.perceptual_hash import difference_hash, duplicate_groups
from generator.photographs import (
    Photograph,
    list_photographs,
    read_canvases,
)
from generator.progress import Progress

_BATCH = 32


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PhotographPool:
    """Photographs, read from disk when they are looked at."""

    network: Network
    folder: Path
    photographs: tuple[Photograph, ...]
    canvas_px: int

    activations: NDArray[np.float32]
    """(n, F), whole and un-augmented."""

    groups: NDArray[np.int64]
    """(n,): photographs that look alike share a number."""

    def canvases(self, positions: Sequence[int] | NDArray[np.int64]) -> Tensor:
        """Photographs by position, (n, 3, H, W) in [0, 1]."""
        return _read(
            self.network,
            self.folder,
            [self.photographs[int(position)] for position in positions],
            self.canvas_px,
        )

    def names(self, positions: Sequence[int] | NDArray[np.int64]) -> list[str]:
        """Paths relative to the folder."""
        return [self.photographs[int(position)].path for position in positions]


def read_pool(
    network: Network,
    folder: Path,
    features: Sequence[Feature],
    *,
    canvas_px: int,
    progress: Progress,
) -> PhotographPool:
    """Show every photograph of a folder to the network once.

    Raises:
        PhotographError: no such folder, or a photograph that cannot be read.
    """
    photographs = list_photographs(folder)
    progress.start("photographs", len(photographs), unit="photograph")
    activations, hashes = [], []
    for first in range(0, len(photographs), _BATCH):
        chunk = photographs[first : first + _BATCH]
        canvases = _read(network, folder, chunk, canvas_px)
        activations.append(feature_activations(network, canvases, features).numpy())
        levels = (canvases * 255).round().to(torch.uint8).permute(0, 2, 3, 1)
        hashes += [difference_hash(picture) for picture in levels.numpy()]
        progress.advance(len(chunk))
    return PhotographPool(
        network=network,
        folder=folder,
        photographs=tuple(photographs),
        canvas_px=canvas_px,
        activations=np.concatenate(activations),
        groups=duplicate_groups(hashes),
    )


def _read(
    network: Network, folder: Path, photographs: Sequence[Photograph], canvas_px: int
) -> Tensor:
    files = [folder / photograph.path for photograph in photographs]
    return read_canvases(files, network.preprocessing, canvas_px)
