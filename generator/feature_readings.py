"""What many features do on whole pictures: mean, maximum, and where it lies."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from generator.activations import find_units, network_view
from generator.features import FeatureId
from generator.layers import layer_activations, undisturbed
from generator.networks import Network
from generator.readings import NOWHERE, Readings

BATCH = 16
"""Pictures in one pass. Always this many, so that kernels round alike."""


class FeatureReader:
    """Looks features up once, then reads them off batch after batch."""

    def __init__(self, network: Network, features: Sequence[FeatureId]) -> None:
        """Find every feature.

        Raises:
            LayerNotFoundError, FeatureNotFoundError: the network has no such one.
        """
        self._network = network
        self._n_features = len(features)
        self._by_layer: dict[str, list[tuple[int, int]]] = {}
        for place, unit in enumerate(find_units(network, features)):
            self._by_layer.setdefault(unit.layer, []).append((place, unit.index))

    def read(self, canvases: Tensor) -> Readings:
        """Show at most BATCH canvases (n, 3, H, W) in [0, 1] to the network.

        A smaller batch is filled up, because kernels may round a picture
        differently in batches of another size.
        """
        n = len(canvases)
        if not 1 <= n <= BATCH:
            raise ValueError(f"a batch has 1 to {BATCH} canvases; got {n}")
        full = torch.cat([canvases, canvases[-1:].expand(BATCH - n, -1, -1, -1)])
        with undisturbed(self._network.module), torch.no_grad():
            view = network_view(self._network, full)
            kept = layer_activations(self._network.module, view, list(self._by_layer))
        blank = np.empty((n, self._n_features), dtype=np.float32)
        nowhere = np.full((n, self._n_features), NOWHERE, dtype=np.int16)
        found = Readings(
            mean=blank, maximum=blank.copy(), row=nowhere, column=nowhere.copy()
        )
        for layer, units in self._by_layer.items():
            places = [place for place, _ in units]
            channels = [channel for _, channel in units]
            maps = kept[layer][:n].float().cpu()
            self._fill(found, places, _as_maps(maps)[:, channels])
        return found

    @staticmethod
    def _fill(found: Readings, places: list[int], maps: Tensor) -> None:
        """Write the readings of one layer's units, maps (n, U, H, W), in place."""
        flat = maps.flatten(2)  # (n, U, H * W)
        largest = flat.max(2)
        found.mean[:, places] = flat.mean(2).numpy()
        found.maximum[:, places] = largest.values.numpy()
        if flat.shape[2] > 1:
            where = largest.indices.numpy()
            found.row[:, places] = where // maps.shape[3]
            found.column[:, places] = where % maps.shape[3]


def _as_maps(activations: Tensor) -> Tensor:
    """Activations as (n, C, H, W): tokens become one row, vectors one position."""
    if activations.ndim == 2:
        return activations[:, :, None, None]
    if activations.ndim == 3:
        return activations.transpose(1, 2)[:, :, None, :]
    return activations
