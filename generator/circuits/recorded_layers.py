"""At which layers circuits are compared."""

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from generator.circuits.attribution import channel_sums
from generator.errors import ConfigError
from generator.features import Feature
from generator.layers import LayerInfo, check_layer
from generator.networks import Network
from generator.objectives import find_objective

_MIN_CHANNELS = 3
"""A layer whose attribution lies on fewer channels compares nothing: its similarity is
fixed by its shape (the maps behind a logit, for instance)."""

_NOTHING_OF_ITS_OWN = {"Dropout", "Identity", "MaxPool2d", "AvgPool2d"}
"""Kinds of layers that only hand on or thin out what came before."""

_N_WITHOUT_STAGES = 5
"""Blocks taken from a network that keeps one resolution."""

_MANY = 3
"""So many layers of one kind are the network's blocks."""


def recorded_layers(
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
            found = _stages(_carrying(network, feature, before, probe))
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
    """Layers whose attribution is spread over several channels."""
    own = network.layers[_own_place(network, feature)].name.partition("@")[0]
    usable = [
        layer
        for layer in layers
        if layer.kind not in _NOTHING_OF_ITS_OWN
        and not layer.name.startswith(f"{own}.")
    ]
    sums = channel_sums(network, probe, feature, [layer.name for layer in usable])
    return [
        layer
        for layer in usable
        if np.count_nonzero(np.abs(sums[layer.name]).sum(0)) >= _MIN_CHANNELS
    ]


def _own_place(network: Network, feature: Feature) -> int:
    """Order of the feature's own layer; of an expression, the earliest it reads."""
    order = [layer.name for layer in network.layers]
    return min(map(order.index, find_objective(network, feature).layers))


def _stages(layers: Sequence[LayerInfo]) -> list[str]:
    """The last layer of each resolution; of a network of tokens, some of its blocks."""
    is_of_tokens = any(len(layer.shape) == 2 for layer in layers)
    last = {layer.stride_px: layer.name for layer in layers if layer.stride_px}
    if last and not is_of_tokens:
        order = [layer.name for layer in layers]
        return sorted(last.values(), key=order.index)
    blocks = _blocks(layers)
    places = np.linspace(0, len(blocks) - 1, min(_N_WITHOUT_STAGES, len(blocks)))
    return [blocks[int(place)].name for place in places.round()]


def _blocks(layers: Sequence[LayerInfo]) -> list[LayerInfo]:
    """The outermost layers of one kind of which there are several; else all."""
    groups: dict[tuple[int, str], list[LayerInfo]] = {}
    for layer in layers:
        groups.setdefault((layer.name.count("."), layer.kind), []).append(layer)
    repeated = [key for key, found in groups.items() if len(found) >= _MANY]
    return groups[min(repeated)] if repeated else list(layers)
