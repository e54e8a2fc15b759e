"""At which layers circuits are compared."""

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from generator.circuits.attribution import channel_sums
from generator.errors import ConfigError
from generator.feature_lookup import find_objective
from generator.features import Feature
from generator.layers import LayerInfo, check_layer
from generator.networks import Network
from generator.search.regularization import stages

_MIN_CHANNELS = 3
"""A layer whose attribution lies on fewer channels compares nothing: its similarity is
fixed by its shape (the maps behind a logit, for instance)."""

_NOTHING_OF_ITS_OWN = {"Dropout", "Identity", "MaxPool2d", "AvgPool2d"}
"""Kinds of layers that only hand on or thin out what came before."""

_MANY = 3
"""So many token layers of one kind, the outermost of these, are a network's blocks."""

_N_BLOCKS = 5
"""Blocks taken from a network that keeps one resolution."""


def compared_layers(
    network: Network,
    features: Sequence[Feature],
    wanted: Sequence[str],
    probe: Tensor,
) -> dict[Feature, tuple[str, ...]]:
    """The layers of each feature, in the order of the network.

    Args:
        wanted: layer names; empty: the last layer of each stage (resolution), or five
            blocks spread evenly over a transformer.
        probe: (B, 3, H, W) photographs that tell which layers carry attribution.

    Raises:
        LayerNotFoundError: a wanted layer does not exist.
        ConfigError: a feature has no layer to compare at.
    """
    layers = network.layers
    names = [check_layer(name, layers).name for name in wanted]
    chosen = {}
    for feature in features:
        before = layers[: _own_place(network, feature)]
        if names:
            found = [layer.name for layer in before if layer.name in names]
        else:
            found = _chosen(_carrying(network, feature, before, probe))
        if not found:
            raise ConfigError(
                f"no layer to compare circuits at lies before {feature}; got "
                f"{', '.join(names) or 'none'}. Name earlier layers (`accentuate "
                "layers` lists them), or choose a deeper feature."
            )
        chosen[feature] = tuple(found)
    return chosen


def _carrying(
    network: Network, feature: Feature, layers: Sequence[LayerInfo], probe: Tensor
) -> list[LayerInfo]:
    """Parts of the network whose attribution is spread over several channels."""
    usable = [
        layer
        for layer in _parts(network, layers)
        if layer.kind not in _NOTHING_OF_ITS_OWN
    ]
    sums = channel_sums(network, probe, feature, [layer.name for layer in usable])
    return [
        layer
        for layer in usable
        if np.count_nonzero(np.abs(sums[layer.name]).sum(0)) >= _MIN_CHANNELS
    ]


def _parts(network: Network, layers: Sequence[LayerInfo]) -> list[LayerInfo]:
    """Of these layers the network's stages; of a transformer the blocks."""
    tokens = [layer for layer in layers if len(layer.shape) == 2]
    if not tokens:
        parts = {part.name for part in stages(network.module, network.layers)}
        return [layer for layer in layers if layer.name in parts]
    groups: dict[tuple[int, str], list[LayerInfo]] = {}
    for layer in tokens:
        groups.setdefault((layer.name.count("."), layer.kind), []).append(layer)
    repeated = [key for key, found in groups.items() if len(found) >= _MANY]
    return groups[min(repeated)] if repeated else tokens


def _own_place(network: Network, feature: Feature) -> int:
    """Order of the feature's own layer; of an expression, the earliest it reads."""
    order = [layer.name for layer in network.layers]
    return min(map(order.index, find_objective(network, feature).layers))


def _chosen(layers: Sequence[LayerInfo]) -> list[str]:
    """The last layer of each resolution; of a network of tokens, some of its blocks."""
    placed = [layer for layer in layers if len(layer.shape) == 3 and layer.stride_px]
    if not placed:
        places = np.linspace(0, len(layers) - 1, min(_N_BLOCKS, len(layers)))
        return [layers[int(place)].name for place in places.round()]
    last = {layer.stride_px: layer.name for layer in placed}
    return [layer.name for layer in placed if layer.name in last.values()]
