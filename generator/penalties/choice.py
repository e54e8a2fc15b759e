"""The penalties that a config names, made for given seed images."""

from collections.abc import Sequence

import torch
from torch import Tensor

from generator.activations import network_view, whole_activations
from generator.capture import layer_gradients
from generator.config import AccentuationConfig
from generator.layers import by_position, check_layer
from generator.networks import Network
from generator.objectives import Objective
from generator.penalties import CanvasTerm, LatentTerm
from generator.penalties.distances import unit_length
from generator.penalties.latent import LatentPenalty, channel_norm
from generator.penalties.magnitudes import SpectrumPenalty
from generator.penalties.pixels import PixelPenalty
from generator.penalties.total_variation import TotalVariationPenalty


def latent_terms(
    network: Network,
    layers: Sequence[str],
    seed_images: Tensor,
    objectives: Sequence[Objective],
    config: AccentuationConfig,
) -> list[LatentTerm]:
    """A distance at each layer that has a weight.

    Args:
        seed_images: (J, 3, H, W) in [0, 1].
        objectives: one for each job.
    """
    shares = config.layer_weights or (1 / len(layers),) * len(layers)
    weights = {
        layer: share
        for layer, share in zip(layers, shares, strict=True)
        if share > 0 and config.regularization_weight > 0
    }
    if not weights:
        return []
    with torch.no_grad():
        seen = whole_activations(network, seed_images, weights.keys())
    view = network_view(network, seed_images)
    is_free = config.distance == "feature_orthogonal"
    return [
        LatentPenalty(
            layer=layer,
            weight=weight,
            distance=config.distance,
            smoothing=config.distance_smoothing * channel_norm(seen[layer]),
            direction=feature_directions(network, view, objectives, layer)
            if is_free
            else None,
            grid=check_layer(layer, network.layers).grid,
        )
        for layer, weight in weights.items()
    ]


def feature_directions(
    network: Network, view: Tensor, objectives: Sequence[Objective], layer: str
) -> Tensor:
    """Along which channels each job's feature grows most, at its seed image.

    Args:
        view: (J, 3, input_px, input_px), whole seed images as the network takes them.

    Returns:
        (J, C) unit vectors; zero where the feature does not respond to the layer.
    """
    gradients = [
        layer_gradients(
            network,
            view[job : job + 1],
            objective,
            [layer],
            score_layers=objective.layers,
        )[layer].gradient
        for job, objective in enumerate(objectives)
    ]
    return unit_length(by_position(torch.cat(gradients)).sum(2))


def canvas_terms(
    config: AccentuationConfig, weights: Tensor | None
) -> list[CanvasTerm]:
    """Every term of the picture itself that has a weight.

    Args:
        weights: (J, H, W), how much each pixel counts. None: all the same.
    """
    if config.regularization_weight == 0:
        return []
    terms: list[CanvasTerm] = [
        PixelPenalty(weight=config.pixel_weight, canvas_weights=weights),
        TotalVariationPenalty(
            weight=config.total_variation_weight, canvas_weights=weights
        ),
        SpectrumPenalty(weight=config.spectrum_weight),
    ]
    return [term for term in terms if term.weight > 0]
