"""Which features an activation index covers, in one order whoever asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from generator.activations import find_units
from generator.errors import ConfigError
from generator.features import LOGIT_LAYER, FeatureId
from generator.layers import LayerInfo, check_layer, list_layers, n_channels
from generator.networks import Network


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexedFeature:
    """One column of an index."""

    feature: FeatureId
    """In its canonical text: logits by label where that is unique."""

    unit_index: int
    """Channel or logit number, from 0."""

    label: str | None
    """The logit's name; None for channels."""

    def describe(self) -> dict[str, Any]:
        """As an index file stores it."""
        return {
            "feature": str(self.feature),
            "layer": self.feature.layer,
            "unit_index": self.unit_index,
            "label": self.label,
        }


def enumerate_features(
    network: Network,
    *,
    features: Sequence[FeatureId] = (),
    layers: Sequence[str] = (),
    with_logits: bool = False,
) -> tuple[IndexedFeature, ...]:
    """The features asked for, each once: by layer as the network runs, then by unit.

    Args:
        features: single features.
        layers: layers of which every channel is wanted.
        with_logits: whether every logit is wanted.

    Raises:
        ConfigError: none is asked for, or a rank such as `logit:#1`, which is
            another logit for each photograph.
        LayerNotFoundError, FeatureNotFoundError: the network has no such one.
    """
    for feature in features:
        if feature.rank is not None:
            raise ConfigError(
                f"{feature} is another logit for each photograph; name one logit"
            )
    known = list_layers(network)
    units = {(unit.layer, unit.index) for unit in find_units(network, features)}
    for name in [*layers, *([LOGIT_LAYER] if with_logits else [])]:
        layer = check_layer(name, known)
        units |= {(layer.name, index) for index in range(n_channels(layer))}
    if not units:
        raise ConfigError(
            "no feature is asked for; name features, whole layers, or the logits"
        )
    place = {layer.name: number for number, layer in enumerate(known)}
    ordered = sorted(units, key=lambda unit: (place[unit[0]], unit[1]))
    return tuple(_canonical(network, layer, index) for layer, index in ordered)


def _canonical(network: Network, layer: str, index: int) -> IndexedFeature:
    label = network.labels[index] if layer == LOGIT_LAYER else None
    is_unique = label is not None and network.labels.count(label) == 1
    unit = label if label is not None and is_unique else str(index)
    return IndexedFeature(
        feature=FeatureId(layer=layer, unit=unit), unit_index=index, label=label
    )


def layers_of(
    network: Network, features: Sequence[IndexedFeature]
) -> tuple[LayerInfo, ...]:
    """The layers that features lie in, in the order of the network."""
    names = {one.feature.layer for one in features}
    return tuple(layer for layer in list_layers(network) if layer.name in names)
