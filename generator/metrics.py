"""What is measured of a finished picture: whole, un-augmented, as it is saved."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from skimage.metrics import structural_similarity
from torch import Tensor

from generator.activations import network_view
from generator.capture import layer_activations, undisturbed
from generator.layers import by_position
from generator.networks import Network


@dataclass(frozen=True, kw_only=True, slots=True)
class LatentDistance:
    """How far apart two pictures are inside a network."""

    absolute: float
    """Mean over positions of the norm, over channels, of the difference."""

    relative: float
    """The same over the reference picture's own mean norm."""


def latent_distances(
    network: Network, pictures: Tensor, references: Tensor, layer: str
) -> list[LatentDistance]:
    """Distance of each picture to its reference, both (B, 3, H, W) in [0, 1]."""
    with undisturbed(network.module), torch.no_grad():
        seen, near = (
            by_position(
                layer_activations(network, network_view(network, canvases), [layer])[
                    layer
                ]
            ).float()
            for canvases in (pictures, references)
        )  # each (B, C, P)
    apart = (seen - near).norm(dim=1).mean(1)  # (B,)
    own = near.norm(dim=1).mean(1)
    return [
        LatentDistance(
            absolute=float(a), relative=float(a / o) if o > 0 else float("nan")
        )
        for a, o in zip(apart, own, strict=True)
    ]


def structural_similarity_to(picture: Tensor, reference: Tensor) -> float:
    """SSIM of two pictures (3, H, W) in [0, 1], mean over RGB; 1 for equal ones.

    Source: Wang, Bovik, Sheikh & Simoncelli (2004), Image quality assessment.
    """
    ours, theirs = (part.double().cpu().numpy() for part in (picture, reference))
    compare: Callable[..., float] = structural_similarity  # untyped there
    return float(compare(ours, theirs, channel_axis=0, data_range=1.0))
