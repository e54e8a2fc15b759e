"""Read many features off a batch of whole pictures: mean, maximum, and its place."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from generator.activations import network_view
from generator.capture import layer_activations, undisturbed
from generator.directions.response import direction_response
from generator.feature_lookup import find_objectives
from generator.features import Feature
from generator.index.readings import NOWHERE, Readings
from generator.layers import LayerInfo, by_position, check_layer
from generator.networks import Network
from generator.objectives import Along, Objective, Unit

BATCH = 16
"""Pictures in one pass. Always this many, so that kernels round alike."""


class FeatureReader:
    """Looks features up once, then reads them off batch after batch."""

    def __init__(self, network: Network, features: Sequence[Feature]) -> None:
        """Find every feature.

        Raises:
            LayerNotFoundError, FeatureNotFoundError: the network has no such one.
        """
        self._network = network
        self._n_features = len(features)
        self._channels: dict[str, list[tuple[int, int]]] = {}
        self._others: list[tuple[int, Objective]] = []
        objectives = find_objectives(network, features)
        self._layers = frozenset[str]().union(*(one.layers for one in objectives))
        for place, objective in enumerate(objectives):
            if isinstance(objective, Unit) and objective.position is None:
                channel = (place, objective.index)
                self._channels.setdefault(objective.layer, []).append(channel)
            else:
                self._others.append((place, objective))

    def read(self, canvases: Tensor) -> Readings:
        """Show at most BATCH canvases (n, 3, H, W) in [0, 1] to the network.

        A smaller batch is filled up, because kernels may round a picture
        differently in batches of another size.
        """
        n = len(canvases)
        if not 1 <= n <= BATCH:
            raise ValueError(f"a batch has 1 to {BATCH} canvases; got {n}")
        full = torch.cat([canvases, canvases[-1:].expand(BATCH - n, -1, -1, -1)])
        shape = (n, self._n_features)
        found = Readings(
            mean=np.empty(shape, dtype=np.float32),
            maximum=np.empty(shape, dtype=np.float32),
            row=np.full(shape, NOWHERE, dtype=np.int16),
            column=np.full(shape, NOWHERE, dtype=np.int16),
        )
        with undisturbed(self._network.module), torch.no_grad():
            view = network_view(self._network, full)
            seen = layer_activations(self._network, view, self._layers)
            for name, channels in self._channels.items():
                layer = check_layer(name, self._network.layers)
                _read_channels(found, layer, seen[name][:n], channels)
            for place, objective in self._others:
                value = objective(seen)[:n].float().cpu().numpy()
                found.mean[:, place] = found.maximum[:, place] = value
                if isinstance(objective, Unit):
                    _note_neuron(found, place, objective, self._network)
                elif isinstance(objective, Along):
                    layer = check_layer(objective.layer, self._network.layers)
                    activations = seen[objective.layer][:n]
                    _note_strongest(found, place, objective, layer, activations)
        return found


def _read_channels(
    found: Readings,
    layer: LayerInfo,
    activations: Tensor,
    channels: Sequence[tuple[int, int]],
) -> None:
    """Write the readings of one layer, activations (n, C, *positions), in place.

    Args:
        channels: for each feature its column in the readings, and its channel.
    """
    places = [place for place, _ in channels]
    numbers = [number for _, number in channels]
    responses = by_position(activations)[:, numbers, layer.n_prefix_tokens :]
    responses = responses.float().cpu()  # (n, F of the layer, P)
    largest = responses.max(2)
    found.mean[:, places] = responses.mean(2).numpy()
    found.maximum[:, places] = largest.values.numpy()
    if len(layer.shape) > 1:
        row, column = _row_and_column(layer, largest.indices.numpy())
        found.row[:, places] = row
        found.column[:, places] = column


def _note_neuron(found: Readings, place: int, unit: Unit, network: Network) -> None:
    """Write where a neuron lies, in place; a prefix token lies nowhere."""
    layer = check_layer(unit.layer, network.layers)
    if unit.position is not None and unit.position >= layer.n_prefix_tokens:
        at = np.array(unit.position - layer.n_prefix_tokens)
        found.row[:, place], found.column[:, place] = _row_and_column(layer, at)


def _note_strongest(
    found: Readings, place: int, along: Along, layer: LayerInfo, activations: Tensor
) -> None:
    """Write where a direction's response is largest, in place.

    A spatial target is compared with the whole map at once, and so lies nowhere.
    """
    if along.position is not None or along.direction.ndim > 1 or len(layer.shape) < 2:
        return
    at_each = by_position(activations)[..., layer.n_prefix_tokens :]  # (n, C, P)
    n_images, n_channels, n_places = at_each.shape
    responses = direction_response(
        at_each.transpose(1, 2).reshape(-1, n_channels),  # each place an image
        along.direction.to(activations.device),
        kind=along.kind,
        power=along.power,
    ).view(n_images, n_places)
    largest = responses.float().cpu().max(1)
    found.maximum[:, place] = largest.values.numpy()
    row, column = _row_and_column(layer, largest.indices.numpy())
    found.row[:, place], found.column[:, place] = row, column


def _row_and_column(
    layer: LayerInfo, at: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]"
) -> tuple[np.ndarray, np.ndarray]:
    """Row and column of places; tokens without a grid lie in one row."""
    if layer.grid is None:
        return np.zeros_like(at), at
    row, column = np.divmod(at, layer.grid[1])
    return row, column
