"""Features found in a network: from their names to what a search climbs."""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, cast

import torch

from generator.directions.response import ResponseKind
from generator.errors import FeatureNotFoundError
from generator.features import (
    LOGIT_LAYER,
    CallableFeature,
    Combination,
    Feature,
    FeatureId,
    Operand,
    checked_channel,
    logit_index,
)
from generator.layers import LayerInfo, check_layer
from generator.networks import Network
from generator.objectives import Along, Combined, Objective, Scored, Unit

_DIRECTION = re.compile(
    r"direction\((?P<name>[^,()]+)"
    r"(, *(?P<kind>dot_cosine|cosine|dot)(\^(?P<power>\d+(\.\d+)?))?)?\)"
)


def find_objective(network: Network, feature: Feature) -> Objective:
    """Look a feature up in a network.

    Raises:
        LayerNotFoundError, FeatureNotFoundError: it has no such layer or unit.
    """
    if isinstance(feature, Combination):
        return Combined(
            operator=feature.operator,
            left=_operand(network, feature.left),
            right=_operand(network, feature.right),
        )
    if isinstance(feature, CallableFeature):
        return _find_callable(network, feature)
    if isinstance(feature, FeatureId) and feature.unit.startswith("direction("):
        return find_direction(network, feature)
    if isinstance(feature, FeatureId):
        return find_unit(network, feature)
    raise FeatureNotFoundError(f"{type(feature).__name__} is no kind of feature")


def find_objectives(network: Network, features: Sequence[Feature]) -> list[Objective]:
    """Look several features up."""
    return [find_objective(network, feature) for feature in features]


def describe_feature(network: Network, feature: Feature) -> dict[str, str | int | None]:
    """`label`, `layer` and `unit_index` of a feature, as a manifest stores them.

    Only a unit has an index, and only a logit a label; an expression has the deepest
    layer it reads.
    """
    found = find_objective(network, feature)
    if isinstance(found, Unit):
        return {"label": found.label, "layer": found.layer, "unit_index": found.index}
    order = [layer.name for layer in network.layers]
    deepest = max(found.layers, key=order.index)
    return {"label": None, "layer": deepest, "unit_index": None}


def _find_callable(network: Network, feature: CallableFeature) -> Scored:
    """Its function is given the layers under the names it was written with."""
    found = {name: check_layer(name, network.layers).name for name in feature.layers}

    def function(seen: dict[str, Any]) -> Any:
        return feature.function({name: seen[found[name]] for name in found})

    return Scored(layers=frozenset(found.values()), function=function)


def _operand(network: Network, part: Operand) -> Objective | float:
    if isinstance(part, Feature):
        return find_objective(network, part)
    return float(part)


def find_direction(network: Network, feature: FeatureId) -> Along:
    """Look a stored direction up: `LAYER:direction(NAME)`, `…(NAME, cosine)` or
    `…(NAME, dot_cosine^2)`.

    Raises:
        LayerNotFoundError, FeatureNotFoundError: no such layer or direction, or it
            belongs to another layer.
    """
    found = _DIRECTION.fullmatch(feature.unit)
    if found is None:
        raise FeatureNotFoundError(
            "a direction is written direction(NAME), direction(NAME, cosine) or "
            f"direction(NAME, dot_cosine^2); got {feature.unit!r}"
        )
    layer = check_layer(feature.layer, network.layers)
    stored = network.directions.get(found["name"])
    if stored is None:
        near = get_close_matches(found["name"], network.directions)
        names = ", ".join(near or network.directions) or "none"
        raise FeatureNotFoundError(
            f"no direction is called {found['name']!r}; known: {names}. Give the file "
            "it lies in (--directions FILE)."
        )
    if stored.layer != layer.name:
        raise FeatureNotFoundError(
            f"the direction {stored.name!r} belongs to layer {stored.layer!r}; got "
            f"{str(feature)!r}"
        )
    kind, power = found["kind"] or "dot", found["power"] or "1"
    return Along(
        layer=layer.name,
        direction=torch.from_numpy(stored.vector.copy()),  # stored ones are read-only
        kind=cast(ResponseKind, kind),
        power=float(power),
        position=position_of(feature, layer),
        n_prefix_tokens=layer.n_prefix_tokens,
    )


def find_unit(network: Network, feature: FeatureId) -> Unit:
    """Look a channel, a neuron or a logit up in a network.

    Raises:
        LayerNotFoundError, FeatureNotFoundError: it has no such layer or unit.
    """
    if feature.is_logit:
        if feature.position is not None:
            raise FeatureNotFoundError(f"logits have no positions; got {feature}")
        answers = check_layer(LOGIT_LAYER, network.layers)
        return _find_logit(feature.unit, network.labels, answers)
    member, _, layer_name = feature.layer.rpartition("/")
    if layer_name == LOGIT_LAYER and member in network.members:
        answers = _answers_of(member, network.layers)
        return _find_logit(feature.unit, network.members[member].labels, answers)
    layer = check_layer(feature.layer, network.layers)
    if not feature.unit.isdecimal():
        raise FeatureNotFoundError(
            f"channels are numbered from 0; got {str(feature)!r}"
        )
    return Unit(
        layer=layer.name,
        index=checked_channel(int(feature.unit), layer.n_channels, layer=layer.name),
        label=None,
        position=position_of(feature, layer),
        n_prefix_tokens=layer.n_prefix_tokens,
    )


def _find_logit(unit: str, labels: Sequence[str], answers: LayerInfo) -> Unit:
    """By label or, also in a network without labels, by number."""
    if labels and len(labels) != answers.n_channels:
        raise FeatureNotFoundError(
            f"the network has {answers.n_channels} logits and {len(labels)} labels; "
            "give one label for each logit, or none"
        )
    if unit.isdecimal():
        index = checked_channel(int(unit), answers.n_channels, layer=LOGIT_LAYER)
    else:
        index = logit_index(unit, labels)
    label = labels[index] if labels else None
    return Unit(layer=answers.name, index=index, label=label)


def _answers_of(member: str, layers: Sequence[LayerInfo]) -> LayerInfo:
    """What a joined network's member answers; of several tensors, its logits."""
    names = [layer.name for layer in layers]
    parts = [f"{member}[logits]", *(n for n in names if n.startswith(f"{member}["))]
    found = next((name for name in (member, *parts) if name in names), member)
    return check_layer(found, layers)


def position_of(feature: FeatureId, layer: LayerInfo) -> int | None:
    """Number of a neuron's place in `by_position`; None for all places.

    Raises:
        FeatureNotFoundError: the layer has no such place.
    """
    if feature.position is None:
        return None
    n_positions = n_positions_of(layer)
    if feature.position.isdecimal():  # a token, or a place counted along rows
        place = int(feature.position)
        if place < n_positions:
            return place
    elif layer.grid is not None:
        rows, columns = layer.grid
        row, column = rows // 2, columns // 2
        if feature.position != "center":
            row, column = map(int, feature.position.split(","))
        if row < rows and column < columns:
            return layer.n_prefix_tokens + row * columns + column
    where = "no rows and columns" if layer.grid is None else f"{layer.grid} of them"
    raise FeatureNotFoundError(
        f"layer {layer.name!r} has {n_positions} positions ({where}), counted from 0; "
        f"got {str(feature)!r}"
    )


def n_positions_of(layer: LayerInfo) -> int:
    """Positions of a layer; vectors have one."""
    count = 1
    for length in layer.shape[1:]:
        count *= length
    return count
