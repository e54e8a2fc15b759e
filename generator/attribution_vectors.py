"""What a feature takes from each channel of an earlier layer, on each photograph."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generator.activations import network_view
from generator.capture import layer_gradients, undisturbed
from generator.errors import ConfigError
from generator.exemplars.run import AttributionVectors
from generator.exemplars.tiles import Positions
from generator.feature_lookup import find_objective
from generator.features import Feature
from generator.index.indexed_folder import IndexedFolder
from generator.layers import check_layer
from generator.networks import Network

_BATCH = 16


def attribution_vectors(
    network: Network, canvases: Tensor, feature: Feature, layer: str
) -> Tensor:
    """Activation times gradient at a layer, summed over positions.

    Args:
        canvases: (B, 3, H, W) in [0, 1].
        layer: a layer that the feature is computed from.

    Returns:
        (B, C) float32 on the CPU: how much each channel adds to the feature.
    """
    objective = find_objective(network, feature)
    with undisturbed(network.module):
        view = network_view(network, canvases)
        found = layer_gradients(
            network, view, objective, [layer], score_layers=objective.layers
        )[layer]
    product = found.activation * found.gradient  # (B, C, *positions)
    if product.ndim > 2:
        product = product.flatten(2).sum(2)
    return product.detach().float().cpu()


def vectors_of(
    network: Network, source: IndexedFolder, layer: str
) -> AttributionVectors:
    """Attribution vectors of photographs of an index, batch by batch.

    Raises:
        ActivationTableError: the index was made with another network.
        LayerNotFoundError: the network has no such layer.
    """
    source.table.check_network(network)
    name = check_layer(layer, network.layers).name

    def vectors(feature: Feature, positions: Positions) -> NDArray[np.float32]:
        """(m, C); refuses a layer that the feature is not computed from."""
        parts = []
        for start in range(0, len(positions), _BATCH):
            some = positions[start : start + _BATCH]
            canvases = torch.stack([source.canvas(int(p)) for p in some])
            parts.append(attribution_vectors(network, canvases, feature, name))
        found: NDArray[np.float32] = torch.cat(parts).numpy()
        if not found.any():
            raise ConfigError(
                f"{feature} takes nothing from layer {name!r}; name a layer before the "
                "feature's own. `accentuate layers` lists them in order."
            )
        return found

    return vectors
