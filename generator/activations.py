"""How strongly features respond to pictures shown whole, without augmentation."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from generator.features import FeatureId, checked_channel, logit_index
from generator.layers import (
    by_position,
    check_layer,
    layer_activations,
    list_layers,
    undisturbed,
)
from generator.networks import Network

_BATCH = 32
"""Pictures in one pass."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """A feature found in a network."""

    layer: str
    """A layer the network has, or `logit`."""

    index: int
    """Channel or logit number, from 0."""

    label: str | None
    """The logit's name; None for channels."""


def find_unit(network: Network, feature: FeatureId) -> Unit:
    """Look a feature up in a network.

    Raises:
        LayerNotFoundError, FeatureNotFoundError: it has no such layer or unit.
    """
    return find_units(network, [feature])[0]


def find_units(network: Network, features: Sequence[FeatureId]) -> list[Unit]:
    """Look several features up, with at most one pass through the network."""
    channels = any(not feature.is_logit for feature in features)
    layers = list_layers(network) if channels else []
    units = []
    for feature in features:
        if feature.is_logit:
            index = logit_index(feature.unit, network.labels)
            label = network.labels[index]
            units.append(Unit(layer=feature.layer, index=index, label=label))
            continue
        shape = check_layer(feature.layer, layers).shape
        n_channels = shape[-1] if len(shape) == 2 else shape[0]
        number = int(feature.unit) if feature.unit.isdecimal() else -1
        index = checked_channel(number, n_channels, layer=feature.layer)
        units.append(Unit(layer=feature.layer, index=index, label=None))
    return units


def network_view(network: Network, canvases: Tensor) -> Tensor:
    """Canvases (B, 3, H, W) in [0, 1] as the network takes them: resized, normalized.

    Returns:
        (B, 3, input_px, input_px) in the network's own range.
    """
    side = network.preprocessing.input_px
    resized = interpolate(
        canvases.to(network.device),
        size=(side, side),
        mode="bilinear",
        align_corners=False,
        antialias=True,
    )
    return network.preprocessing.normalize(resized)


def feature_activations(
    network: Network, canvases: Tensor, features: Sequence[FeatureId]
) -> Tensor:
    """Activation of each feature to each whole canvas: mean over positions.

    Args:
        canvases: (B, 3, H, W) in [0, 1].

    Returns:
        (B, F) float32 on the CPU.
    """
    units = find_units(network, features)
    names = sorted({unit.layer for unit in units})
    columns = torch.empty(len(canvases), len(units))  # (B, F)
    with undisturbed(network.module), torch.no_grad():
        for start in range(0, len(canvases), _BATCH):
            rows = slice(start, start + _BATCH)
            view = network_view(network, canvases[rows])
            kept = layer_activations(network.module, view, names)
            means = {name: by_position(kept[name]).mean(2) for name in names}  # (b, C)
            columns[rows] = torch.stack(
                [means[unit.layer][:, unit.index].cpu() for unit in units], dim=1
            )
    return columns
