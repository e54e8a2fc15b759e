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

_N_WITHOUT_STAGES = 5
"""Layers taken from a network whose layers have no rows and columns."""


def recorded_layers(
    network: Network,
    features: Sequence[Feature],
    wanted: Sequence[str],
    probe: Tensor,
) -> dict[Feature, tuple[str, ...]]:
    """The layers of each feature, in the order of the network.

    Args:
        wanted: layer names; empty: the last layer of each stage (resolution), or five
            spread evenly where a network has none.
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
        if layer.kind != "Dropout" and not layer.name.startswith(f"{own}.")
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
    last = {layer.stride_px: layer.name for layer in layers if layer.stride_px}
    if last:
        order = [layer.name for layer in layers]
        return sorted(last.values(), key=order.index)
    places = np.linspace(0, len(layers) - 1, min(_N_WITHOUT_STAGES, len(layers)))
    return [layers[int(place)].name for place in places.round()]
