"""How alike the pictures of one set are: held down, the set becomes diverse."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import normalize

from generator.activations import network_view
from generator.capture import layer_activations
from generator.layers import by_position
from generator.networks import Network


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class SetSimilarity:
    """Mean cosine of a picture's Gram matrix with those of the rest of its set.

    The Gram matrix of a layer's channels says which occur together, wherever in the
    picture: texture and parts, not their places. All pictures searched together are
    one set, so a set is searched alone.

    Source: Olah, Mordvintsev & Schubert (2017), Feature Visualization, "Diversity".
    """

    network: Network
    layer: str

    weight: float = 1.0

    def values(self, canvases: Tensor, seed_images: Tensor) -> Tensor:
        """(J,) in [-1, 1], of whole, un-augmented pictures (J, 3, H, W); 0 for one."""
        view = network_view(self.network, canvases)
        seen = layer_activations(self.network, view, [self.layer])[self.layer]
        return mean_cosine_with_others(gram_matrices(seen))


def gram_matrices(activations: Tensor) -> Tensor:
    """(B, C · C): products of each two channels, summed over positions.

    Args:
        activations: (B, C, *positions).
    """
    channels = by_position(activations)  # (B, C, P)
    return (channels @ channels.mT).flatten(1)


def mean_cosine_with_others(vectors: Tensor) -> Tensor:
    """(B,) mean over all other rows of the cosine with this one; 0 for a single row."""
    n_rows = len(vectors)
    directions = normalize(vectors, dim=1)
    cosines = directions @ directions.mT  # (B, B)
    others = 1 - torch.eye(n_rows, dtype=cosines.dtype, device=cosines.device)
    return (cosines * others).sum(1) / max(1, n_rows - 1)
