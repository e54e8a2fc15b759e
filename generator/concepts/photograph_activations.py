"""What one layer of a network makes of many photographs, a few at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generator.activations import network_view
from generator.capture import layer_activations, undisturbed
from generator.errors import ConfigError, PhotographError
from generator.layers import LayerInfo, by_position
from generator.networks import Network
from generator.photographs import (
    Photograph,
    default_canvas_px,
    list_photographs,
    read_photograph,
    to_canvas,
)
from generator.progress import Progress

BATCH = 32
"""Pictures in one pass."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Collection:
    """The photographs of one folder."""

    folder: Path

    photographs: tuple[Photograph, ...]
    """Sorted by path, exact duplicates dropped; paths relative to the folder."""

    @classmethod
    def of(cls, folder: Path) -> "Collection":
        """Every photograph under a folder.

        Raises:
            PhotographError: there is no such folder, or no photograph in it.
        """
        return cls(folder=folder, photographs=tuple(list_photographs(folder)))

    def without(self, others: Sequence[Photograph]) -> "Collection":
        """Those that are not also among others, compared by their files' hashes."""
        hashes = {photograph.sha256 for photograph in others}
        rest = tuple(p for p in self.photographs if p.sha256 not in hashes)
        return Collection(folder=self.folder, photographs=rest)


def checked_canvas_px(network: Network, canvas_px: int | None) -> int:
    """The side asked for, or the network's usual one.

    Raises:
        ConfigError: it is smaller than a pixel.
    """
    if canvas_px is None:
        return default_canvas_px(network.preprocessing)
    if canvas_px < 1:
        raise ConfigError(f"canvas_px must be at least 1; got {canvas_px}")
    return canvas_px


def read_canvases(
    collection: Collection, network: Network, canvas_px: int, *, batch: int = BATCH
) -> Iterator[Tensor]:
    """The photographs as the network would see them, a few at a time, in order.

    Yields:
        (b, 3, canvas_px, canvas_px) in [0, 1], b at most `batch`.

    Raises:
        PhotographError: names every photograph of the collection that is unreadable.
    """
    photographs = collection.photographs
    for start in range(0, len(photographs), batch):
        canvases = []
        for index in range(start, min(start + batch, len(photographs))):
            try:
                image = read_photograph(collection.folder / photographs[index].path)
            except PhotographError as error:
                faults = [str(error), *_faults(collection, index + 1)]
                raise PhotographError("\n".join(faults)) from error
            canvases.append(to_canvas(image, network.preprocessing, canvas_px))
        yield torch.stack(canvases)


def _faults(collection: Collection, start: int) -> list[str]:
    """What is wrong with the photographs from `start` on."""
    faults = []
    for photograph in collection.photographs[start:]:
        try:
            read_photograph(collection.folder / photograph.path)
        except PhotographError as error:
            faults.append(str(error))
    return faults


def capture(
    network: Network, layer: LayerInfo, canvases: Tensor
) -> NDArray[np.float32]:
    """Activations of one layer to a batch of canvases (B, 3, H, W).

    Returns:
        (B, C, P), P places of the picture, so without class tokens; one for a layer
        without positions.
    """
    with undisturbed(network.module), torch.no_grad():
        view = network_view(network, canvases)
        kept = layer_activations(network, view, [layer.name])[layer.name]
        of_picture = by_position(kept)[:, :, layer.n_prefix_tokens :]
        activations: NDArray[np.float32] = of_picture.float().cpu().numpy()
    return activations


def mean_activations(
    collection: Collection,
    network: Network,
    layer: LayerInfo,
    *,
    canvas_px: int,
    progress: Progress,
    stage: str,
) -> NDArray[np.float64]:
    """Mean over positions of each photograph's activations.

    Args:
        layer: one that the network has; see `layers.check_layer`.
        stage: what the progress calls this.

    Returns:
        (n, C), one row for each photograph.

    Raises:
        PhotographError: names every photograph that is unreadable.
    """
    progress.start(stage, len(collection.photographs), unit="photograph")
    rows = []
    for canvases in read_canvases(collection, network, canvas_px):
        activations = capture(network, layer, canvases)  # (b, C, P)
        rows.append(activations.mean(axis=2, dtype=np.float64))
        progress.advance(len(canvases))
    return np.concatenate(rows)
