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
    name: str = "set_similarity"
    is_squared: bool = False

    def values(self, canvases: Tensor, seed_images: Tensor) -> Tensor:
        """The mean cosine, over the length of its gradient: it always pulls as hard.

        Left as it is, it would hardly pull at the start, where all noise looks alike,
        and outweigh the feature as soon as the pictures differ.

        Returns:
            (J,) of whole, un-augmented pictures (J, 3, H, W); 0 for a single one.
        """
        view = network_view(self.network, canvases)
        seen = layer_activations(self.network, view, [self.layer])[self.layer]
        cosine = mean_cosine_with_others(gram_matrices(seen))
        (slope,) = torch.autograd.grad(cosine.sum(), canvases, retain_graph=True)
        length = slope.flatten(1).norm(dim=1)
        return torch.where(length > 0, cosine / length.where(length > 0, 1.0), 0.0)


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
