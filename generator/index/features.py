"""Which features an activation index covers, in one order whoever asks."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from generator.errors import ConfigError
from generator.feature_lookup import describe_feature, find_objective
from generator.feature_text import logit_features, parse_feature
from generator.features import LOGIT_LAYER, Feature, FeatureId
from generator.layers import LayerInfo, check_layer
from generator.networks import Network
from generator.objectives import Unit


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexedFeature:
    """One column of an index."""

    feature: Feature
    """In its canonical text: logits by label where that is unique."""

    layer: str
    """Where it lies; of an expression the deepest layer it reads."""

    unit_index: int | None
    """Channel or logit number, from 0; None for expressions."""

    label: str | None
    """The logit's name; None for all else."""

    def describe(self) -> dict[str, Any]:
        """As an index file stores it."""
        return {
            "feature": str(self.feature),
            "layer": self.layer,
            "unit_index": self.unit_index,
            "label": self.label,
        }


def enumerate_features(
    network: Network,
    *,
    features: Sequence[Feature] = (),
    layers: Sequence[str] = (),
    with_logits: bool = False,
) -> tuple[IndexedFeature, ...]:
    """The features asked for, each once: by layer as the network runs, then by unit.

    Args:
        features: single features and expressions.
        layers: layers of which every channel is wanted.
        with_logits: whether every logit is wanted.

    Raises:
        ConfigError: none is asked for, or one that cannot be indexed.
        LayerNotFoundError, FeatureNotFoundError: the network has no such one.
    """
    wanted: set[Feature] = {_canonical(network, feature) for feature in features}
    for name in [*layers, *([LOGIT_LAYER] if with_logits else [])]:
        layer = check_layer(name, network.layers)
        wanted |= {
            _channel(network, layer.name, index) for index in range(layer.n_channels)
        }
    if not wanted:
        raise ConfigError(
            "no feature is asked for; name features, whole layers, or the logits"
        )
    found = [_described(network, feature) for feature in wanted]
    place = {layer.name: number for number, layer in enumerate(network.layers)}

    def order(one: IndexedFeature) -> tuple[int, bool, int, str]:
        is_expression = one.unit_index is None
        return place[one.layer], is_expression, one.unit_index or 0, str(one.feature)

    return tuple(sorted(found, key=order))


def layers_of(
    network: Network, features: Sequence[IndexedFeature]
) -> tuple[LayerInfo, ...]:
    """The layers that features read, in the order of the network."""
    names: set[str] = set()
    for one in features:
        names |= find_objective(network, one.feature).layers
    return tuple(layer for layer in network.layers if layer.name in names)


def directions_used(network: Network, features: Sequence[Feature]) -> dict[str, str]:
    """SHA-256 of the vector of each stored direction that features name, by name."""
    used = {}
    for leaf in (leaf for feature in features for leaf in feature.leaves):
        if isinstance(leaf, FeatureId) and "(" in leaf.unit:
            name = leaf.unit.partition("(")[2].rstrip(")").split(",")[0].strip()
            if name in network.directions:
                vector = network.directions[name].vector
                used[name] = hashlib.sha256(vector.tobytes()).hexdigest()
    return dict(sorted(used.items()))


def _canonical(network: Network, feature: Feature) -> Feature:
    """The one text of a feature that has several, such as `logit:33`.

    Raises:
        ConfigError: it is another feature on each photograph, or has no text.
    """
    if feature.rank is not None:
        raise ConfigError(
            f"{feature} is another logit for each photograph; name one logit"
        )
    found = find_objective(network, feature)
    if isinstance(feature, FeatureId) and "/" in feature.layer:
        return feature  # of a joined network: its member's name is part of the text
    if isinstance(found, Unit) and found.position is None:
        return _channel(network, found.layer, found.index)
    if isinstance(found, Unit):
        layer = check_layer(found.layer, network.layers)
        position = _position_text(layer, found.position or 0)
        return FeatureId(found.layer, str(found.index), position)
    if not _can_be_read(feature):
        raise ConfigError(
            f"{feature} cannot be written as text, so no index can name it; index "
            "the features it is made of"
        )
    return feature


def _channel(network: Network, layer: str, index: int) -> FeatureId:
    """A whole channel or logit; a logit by label, unless the label misleads."""
    labels = network.labels
    if layer != LOGIT_LAYER or index >= len(labels):
        return FeatureId(layer, str(index))
    return logit_features(labels, len(labels))[index]


def _can_be_read(feature: Feature) -> bool:
    """Whether the text of a feature means that feature."""
    try:
        return parse_feature(str(feature)) == feature
    except ConfigError:
        return False


def _position_text(layer: LayerInfo, place: int) -> str:
    """A place as `row,column`, or as a number where there are no rows."""
    if layer.grid is None or place < layer.n_prefix_tokens:
        return str(place)
    row, column = divmod(place - layer.n_prefix_tokens, layer.grid[1])
    return f"{row},{column}"


def _described(network: Network, feature: Feature) -> IndexedFeature:
    facts: dict[str, Any] = describe_feature(network, feature)
    return IndexedFeature(feature=feature, **facts)
