"""Attribution of a feature to the channels of earlier layers.

R = a ⊙ ∂A/∂a of the whole, un-augmented picture; for piecewise linear networks
without biases R sums to A. Summed over positions it can be compared between pictures.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from generator.activations import network_view
from generator.capture import layer_gradients, undisturbed
from generator.circuits.similarity import Floats
from generator.feature_lookup import find_objective
from generator.features import Feature
from generator.layers import by_position
from generator.networks import Network
from generator.objectives import Activations

_BATCH = 8
"""Pictures in one pass; every activation on the path is kept for the gradient."""


def attributions(
    network: Network, canvases: Tensor, feature: Feature, layers: Sequence[str]
) -> Iterator[tuple[Tensor, dict[str, Tensor]]]:
    """Scores (b,) and R of each layer (b, C, P), a few canvases at a time.

    Args:
        canvases: (B, 3, H, W) in [0, 1].
    """
    for first in range(0, len(canvases), _BATCH):
        yield _attribute(network, canvases[first : first + _BATCH], feature, layers)


def _attribute(
    network: Network, canvases: Tensor, feature: Feature, layers: Sequence[str]
) -> tuple[Tensor, dict[str, Tensor]]:
    objective = find_objective(network, feature)
    scores: list[Tensor] = []

    def score(activations: Activations) -> Tensor:
        scores.append(objective(activations))
        return scores[0]

    with undisturbed(network.module):
        found = layer_gradients(
            network,
            network_view(network, canvases),
            score,
            layers,
            score_layers=objective.layers,
        )
    maps = {
        name: by_position(kept.activation * kept.gradient).cpu()
        for name, kept in found.items()
    }
    return scores[0].detach().cpu(), maps


def channel_sums(
    network: Network, canvases: Tensor, feature: Feature, layers: Sequence[str]
) -> dict[str, Floats]:
    """R summed over positions: (B, C) of each layer."""
    parts: dict[str, list[Floats]] = {name: [] for name in layers}
    for _, found in attributions(network, canvases, feature, layers):
        for name, full in found.items():
            parts[name].append(full.double().sum(2).numpy())
    return {name: np.concatenate(rows) for name, rows in parts.items()}


def completeness_errors(
    network: Network, canvases: Tensor, feature: Feature, layers: Sequence[str]
) -> dict[str, Floats]:
    """|ΣR - A| / |A| of each picture, (B,) for each layer; NaN where A is 0."""
    errors: dict[str, list[Floats]] = {name: [] for name in layers}
    for score, found in attributions(network, canvases, feature, layers):
        size = torch.where(score == 0, torch.nan, score.double().abs())
        for name, full in found.items():
            gap = full.double().sum((1, 2)) - score.double()
            errors[name].append((gap.abs() / size).numpy())
    return {name: np.concatenate(rows) for name, rows in errors.items()}
