"""How strongly features respond to pictures shown whole, without augmentation."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from generator.errors import FeatureNotFoundError
from generator.features import FeatureId, checked_channel, logit_index
from generator.layers import (
    by_position,
    check_layer,
    layer_activations,
    list_layers,
    n_channels,
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
        found = check_layer(feature.layer, layers)
        number = int(feature.unit) if feature.unit.isdecimal() else None
        if number is None:
            raise FeatureNotFoundError(
                f"channels are numbered from 0; got {str(feature)!r}"
            )
        index = checked_channel(number, n_channels(found), layer=feature.layer)
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


def strongest_logits(network: Network, canvas: Tensor) -> list[FeatureId]:
    """Every logit, ordered by its activation to one canvas (3, H, W), strongest first.

    Equal activations keep the order of the network.
    """
    with undisturbed(network.module), torch.no_grad():
        view = network_view(network, canvas[None])
        logits = layer_activations(network.module, view, ["logit"])["logit"][0].cpu()
    order = logits.argsort(descending=True, stable=True).tolist()
    labels = network.labels
    return [
        FeatureId(
            layer="logit",
            unit=labels[i] if labels.count(labels[i]) == 1 else str(i),
        )
        for i in order
    ]


def resolve_rank(network: Network, canvas: Tensor, feature: FeatureId) -> FeatureId:
    """`logit:#1` as the strongest logit of this canvas; other features unchanged."""
    if feature.rank is None:
        return feature
    if feature.rank > len(network.labels):
        raise FeatureNotFoundError(
            f"{feature} is beyond the {len(network.labels)} logits of {network.name}"
        )
    return strongest_logits(network, canvas)[feature.rank - 1]
