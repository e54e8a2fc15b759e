"""Square crops of photographs on an even grid, and those that drive a feature most."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generator.activations import feature_activations
from generator.concepts.photograph_activations import (
    BATCH,
    Collection,
    read_canvases,
)
from generator.features import Feature
from generator.networks import Network
from generator.progress import Progress


@dataclass(frozen=True, kw_only=True, slots=True)
class CropGrid:
    """Overlapping squares that cover what the network sees of a photograph."""

    crop_px: int
    """Side of a crop, pixels."""

    crop_share: float
    """Side of a crop as a fraction of the side of the picture, above 0 to 1."""

    @property
    def picture_px(self) -> int:
        """Side of the picture the crops are cut from, so that none is enlarged."""
        return round(self.crop_px / self.crop_share)

    @property
    def starts(self) -> list[int]:
        """First row (and column) of the crops, pixels; neighbours share about half."""
        room = self.picture_px - self.crop_px
        n = int(np.ceil(2 * room / self.crop_px)) + 1
        return [round(room * k / max(1, n - 1)) for k in range(n)]

    @property
    def n_crops(self) -> int:
        """Crops of one picture."""
        return len(self.starts) ** 2

    def cut(self, picture: Tensor, crop: int) -> Tensor:
        """One crop (3, crop_px, crop_px) of a picture; crops are counted by rows."""
        row, column = divmod(crop, len(self.starts))
        top, left = self.starts[row], self.starts[column]
        return picture[:, top : top + self.crop_px, left : left + self.crop_px]


class CropBatch(NamedTuple):
    """A few crops, in the order of the photographs."""

    photographs: list[int]
    """(b,) index of each crop's photograph in the collection."""

    crops: list[int]
    """(b,) index of each crop on the grid."""

    pictures: Tensor
    """(b, 3, crop_px, crop_px) in [0, 1]."""


def crop_batches(
    collection: Collection, network: Network, grid: CropGrid, chosen: NDArray[np.bool_]
) -> Iterator[CropBatch]:
    """The chosen crops, a few at a time; other photographs are not read.

    Args:
        chosen: (n_photographs, n_crops).

    Raises:
        PhotographError: names every photograph read that is unreadable.
    """
    indices = np.flatnonzero(chosen.any(axis=1)).tolist()
    photographs = tuple(collection.photographs[index] for index in indices)
    part = Collection(folder=collection.folder, photographs=photographs)
    pictures = read_canvases(part, network, grid.picture_px, batch=1)
    waiting: list[tuple[int, int, Tensor]] = []
    for index, picture in zip(indices, pictures, strict=True):
        for crop in np.flatnonzero(chosen[index]).tolist():
            waiting.append((index, crop, grid.cut(picture[0], crop)))
            if len(waiting) == BATCH:
                yield _batch(waiting)
                waiting = []
    if waiting:
        yield _batch(waiting)


def _batch(parts: Sequence[tuple[int, int, Tensor]]) -> CropBatch:
    indices, crops, pictures = zip(*parts, strict=True)
    return CropBatch(list(indices), list(crops), torch.stack(pictures))


def strongest_crops(
    collection: Collection,
    network: Network,
    grid: CropGrid,
    feature: Feature,
    *,
    n: int,
    progress: Progress,
) -> NDArray[np.bool_]:
    """Which crops of which photographs drive a feature most.

    Crops of equal activation are taken in the order of the photographs.

    Args:
        n: crops to choose, of all photographs together.

    Returns:
        (n_photographs, n_crops), true for those chosen.
    """
    shape = (len(collection.photographs), grid.n_crops)
    progress.start(str(feature), math.prod(shape), unit="crop")
    activations = np.empty(shape, dtype=np.float32)
    everything = np.ones(shape, dtype=np.bool_)
    for batch in crop_batches(collection, network, grid, everything):
        responses = feature_activations(network, batch.pictures, [feature])  # (b, 1)
        activations[batch.photographs, batch.crops] = responses[:, 0].numpy()
        progress.advance(len(batch.crops))
    order = np.argsort(-activations, axis=None, kind="stable")
    chosen = np.zeros(shape, dtype=np.bool_)
    chosen.flat[order[:n]] = True
    return chosen
