"""How far query photographs lie from tiles, inside the network."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from generator.activations import whole_activations
from generator.capture import undisturbed
from generator.features import LOGIT_LAYER
from generator.layers import by_position
from generator.networks import Network
from generator.pairs.looks import Picture

_BATCH = 32


def distance_layer(network: Network) -> str:
    """Where distances are taken: the deepest layer that still knows places.

    Deeper ones know classes rather than looks. In a network without places it is the
    last layer before the logits, if there is one.
    """
    layers = network.layers
    with_places = [layer for layer in layers if _n_positions(layer.shape) > 1]
    before = [layer for layer in layers if layer.name != LOGIT_LAYER]
    return (with_places or before or list(layers))[-1].name


def embed(
    network: Network, pictures: Sequence[Picture], layer: str
) -> NDArray[np.float64]:
    """(n, C) channel means of pictures (H, W, 3) at a layer, each of length 1.

    A picture that leaves the layer silent has zeros.
    """
    found = []
    with undisturbed(network.module), torch.no_grad():
        for first in range(0, len(pictures), _BATCH):
            some = torch.from_numpy(np.stack(pictures[first : first + _BATCH]))
            canvases = some.permute(0, 3, 1, 2).float() / 255  # (B, 3, H, W)
            activations = whole_activations(network, canvases, [layer])[layer]
            found.append(by_position(activations).mean(2).double().cpu().numpy())
    means: NDArray[np.float64] = np.concatenate(found)
    norms = np.linalg.norm(means, axis=1, keepdims=True)
    return means / np.where(norms > 0, norms, 1)


def cosine_distances(
    queries: NDArray[np.float64], tiles: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(q, t) of rows of length 1: 0 the same direction, 1 at right angles, to 2."""
    distances: NDArray[np.float64] = np.clip(1 - queries @ tiles.T, 0, 2)
    return distances


def _n_positions(shape: tuple[int, ...]) -> int:
    return int(np.prod(shape[1:], dtype=int))
