"""What a feature takes from each channel of an earlier layer, photograph by photograph."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generator.activations import network_view
from generator.capture import layer_gradients
from generator.errors import LayerNotFoundError
from generator.exemplars import Positions
from generator.exemplars_run import AttributionVectors
from generator.features import FeatureId
from generator.indexed_folder import IndexedFolder
from generator.networks import Network
from generator.objectives import find_objective

_BATCH = 16


def attribution_vectors(
    network: Network, canvases: Tensor, feature: FeatureId, layer: str
) -> Tensor:
    """Activation times gradient at a layer, summed over positions.

    Args:
        canvases: (B, 3, H, W) in [0, 1].
        layer: a layer that the feature is computed from.

    Returns:
        (B, C) float32 on the CPU: how much each channel adds to the feature.
    """
    objective = find_objective(network, feature)
    view = network_view(network, canvases)
    found = layer_gradients(network, view, objective, [layer])[layer]
    product = found.activation * found.gradient  # (B, C, *positions)
    return product.flatten(2).sum(2).detach().float().cpu()
