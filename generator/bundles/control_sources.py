"""Which feature of which network a control picture brings out, instead of the study's.

Source: Adebayo et al. (2018), Sanity Checks for Saliency Maps, arXiv 1810.03292, for
    random weights and their cascade.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generator.bundles.control_config import ControlName, ControlsConfig
from generator.errors import ConfigError, NetworkError, PoolError
from generator.exemplars.choice_streams import feature_rng
from generator.feature_lookup import describe_feature, find_objective
from generator.features import LOGIT_LAYER, CallableFeature, Feature, FeatureId
from generator.jobs import content_key
from generator.layers import by_position, check_layer, split_name
from generator.networks import Network
from generator.zoo.random_weights import layers_with_weights, randomized

MOST_CANDIDATES = 8
"""Units tried in turn, for those that do not respond to a seed image."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ControlSource:
    """What is climbed in place of the study's feature."""

    feature: Feature
    network: Network

    about: dict[str, Any]
    """What a record says of it, as plain values."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Tiled:
    """What a control may know of the feature it stands beside."""

    network: Network
    feature: Feature

    tile_classes: frozenset[str]
    """Classes of the feature's exemplars and seed images, in lower case."""

    exemplar_logits: NDArray[np.float32] | None
    """(n_labels,) mean over the exemplars; None for a network without labels."""

    rng_seed: int

    def rng(self, purpose: str) -> np.random.Generator:
        """Chance of one feature and purpose."""
        return feature_rng(self.rng_seed, self.feature, purpose)


def control_faults(
    network: Network, features: Sequence[Feature], config: ControlsConfig
) -> list[str]:
    """Controls that the network or a feature cannot have."""
    faults = []
    if "unrelated_class" in config.kinds and len(network.labels) < 2:
        faults.append(
            f"controls.kinds: unrelated_class needs labelled logits, which "
            f"{network.name} lacks; leave it out"
        )
    if {"random_weights", "random_weights_cascade"}.intersection(config.kinds):
        try:
            randomized(network.module, rng_seed=0, n_layers_from_top=0)
        except NetworkError as error:
            faults.append(f"controls.kinds: random_weights: {error}")
    for feature in features:
        if "random_weights_cascade" in config.kinds:
            faults += _cascade_faults(network, feature, config)
        if "random_feature" in config.kinds:
            faults += _unit_faults(network, feature)
    return faults


def _cascade_faults(
    network: Network, feature: Feature, config: ControlsConfig
) -> list[str]:
    below, _ = _layers_below(network, feature)
    if below >= config.cascade_steps:
        return []
    return [
        f"controls.cascade_steps must not exceed the {below} layers with weights that "
        f"lead to {feature}; got {config.cascade_steps}"
    ]


def _unit_faults(network: Network, feature: Feature) -> list[str]:
    return [
        f"controls.kinds: random_feature needs another unit beside {feature}, but "
        f"layer {layer!r} has one only"
        for layer in sorted(find_objective(network, feature).layers)
        if check_layer(layer, network.layers).n_channels < 2
    ]


def find_sources(
    name: ControlName, tiled: Tiled, config: ControlsConfig
) -> list[list[ControlSource]]:
    """For each picture of a seed image, the sources to try, the first one first.

    Raises:
        PoolError: there is no unrelated class.
    """
    match name:
        case "random_feature":
            return [list(_random_features(tiled))]
        case "random_direction":
            return [[_random_direction(tiled)]]
        case "unrelated_class":
            return [[_unrelated_class(tiled)]]
        case "adversarial":
            return [[_source(tiled, tiled.feature, tiled.network)]]
        case "random_weights":
            return [[_random_weights(tiled, None)]]
        case "random_weights_cascade":
            return [
                [_random_weights(tiled, depth)]
                for depth in cascade_depths(tiled.network, tiled.feature, config)
            ]


def cascade_depths(
    network: Network, feature: Feature, config: ControlsConfig
) -> list[int]:
    """How many layers from the top are randomized, step by step.

    Evenly spaced between none and all of the layers that lead to the feature; those
    above it, which it does not depend on, are always among them.
    """
    below, above = _layers_below(network, feature)
    n_steps = config.cascade_steps
    return [
        above + max(step, round(below * step / (n_steps + 1)))
        for step in range(1, n_steps + 1)
    ]


def _layers_below(network: Network, feature: Feature) -> tuple[int, int]:
    """Layers with weights up to and including a feature's own, and those above it."""
    layers = layers_with_weights(network.module)
    deepest = str(describe_feature(network, feature)["layer"])
    if deepest == LOGIT_LAYER:
        return len(layers), 0
    own, _, _ = split_name(deepest)
    order = [name for name, _ in network.module.named_modules()]
    last = max(
        place
        for place, name in enumerate(order)
        if name == own or name.startswith(f"{own}.")
    )
    below = sum(order.index(name) <= last for name in layers)
    return below, len(layers) - below


def _source(
    tiled: Tiled, feature: Feature, network: Network, **more: Any
) -> ControlSource:
    about = {
        "target": str(feature),
        "network": network.name,
        "rng_seed": tiled.rng_seed,
        "n_layers_from_top": None,
    }
    return ControlSource(feature=feature, network=network, about=about | more)


def _random_features(tiled: Tiled) -> Iterator[ControlSource]:
    """The feature with every unit exchanged for another of the same layer."""
    rng = tiled.rng("random feature")

    def another(leaf: Feature) -> Feature:
        if not isinstance(leaf, FeatureId):
            raise ConfigError(f"{leaf} has no layer of units to draw another from")
        found = describe_feature(tiled.network, leaf)
        layer = check_layer(str(found["layer"]), tiled.network.layers)
        others = [i for i in range(layer.n_channels) if i != found["unit_index"]]
        return replace(leaf, unit=str(rng.choice(others)))

    for _ in range(MOST_CANDIDATES):
        yield _source(tiled, tiled.feature.with_leaves(another), tiled.network)


def _random_direction(tiled: Tiled) -> ControlSource:
    """The dot product with a unit vector drawn over the feature's deepest layer."""
    name = str(describe_feature(tiled.network, tiled.feature)["layer"])
    layer = check_layer(name, tiled.network.layers)
    drawn = tiled.rng("random direction").standard_normal(layer.n_channels)
    direction = torch.from_numpy(drawn / np.linalg.norm(drawn)).float()

    def respond(activations: dict[str, Any]) -> Tensor:
        seen = by_position(activations[name])[:, :, layer.n_prefix_tokens :]
        return torch.einsum("bcp,c->bp", seen, direction.to(seen)).mean(1)

    feature = CallableFeature(
        name=f"random direction of {name}, rng_seed {tiled.rng_seed}",
        layers=(name,),
        function=respond,
    )
    return _source(tiled, feature, tiled.network)


def _unrelated_class(tiled: Tiled) -> ControlSource:
    """Of the classes that no tile shows, one of the half the exemplars drive least."""
    labels = tiled.network.labels
    logits = tiled.exemplar_logits
    if logits is None:
        raise PoolError(f"{tiled.network.name} has no labelled logits")
    weakest_first = np.argsort(logits, kind="stable")
    own = {_logit_of(tiled.network, leaf) for leaf in tiled.feature.leaves}
    allowed = [
        int(index)
        for index in weakest_first
        if index not in own and labels[index].casefold() not in tiled.tile_classes
    ]
    if not allowed:
        raise PoolError(
            f"{tiled.feature}: no class of {tiled.network.name} is unrelated: its "
            "tiles show all the others; leave the control unrelated_class out"
        )
    unrelated = allowed[: max(1, len(allowed) // 2)]
    index = int(tiled.rng("unrelated class").choice(unrelated))
    feature = FeatureId(layer=LOGIT_LAYER, unit=str(index))
    return _source(tiled, feature, tiled.network, label=labels[index])


def _logit_of(network: Network, leaf: Feature) -> int | None:
    found = describe_feature(network, leaf)
    index = found["unit_index"]
    return index if found["layer"] == LOGIT_LAYER and isinstance(index, int) else None


def _random_weights(tiled: Tiled, n_layers: int | None) -> ControlSource:
    """The same feature in a network whose layers were initialized anew."""
    own = tiled.network
    n_all = len(layers_with_weights(own.module))
    part = "all layers" if n_layers is None else f"{n_layers} layers from the top"
    network = replace(
        own,
        module=randomized(
            own.module, rng_seed=tiled.rng_seed, n_layers_from_top=n_layers
        ),
        name=f"{own.name}, {part} random",
        weights_sha256=content_key(own.weights_sha256, tiled.rng_seed, n_layers),
    )
    return _source(tiled, tiled.feature, network, n_layers_from_top=n_layers or n_all)
