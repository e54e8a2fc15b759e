"""From activations to one number per image: what a search makes larger."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from torch import Tensor

from generator.errors import FeatureNotFoundError
from generator.features import (
    CallableFeature,
    Combination,
    Feature,
    FeatureId,
    Operand,
    Operator,
    checked_channel,
    logit_index,
)
from generator.layers import LayerInfo, by_position, check_layer
from generator.networks import Network

Activations = Mapping[str, Tensor]
"""By layer, each (B, C, *positions)."""


class Objective(Protocol):
    """A feature found in a network."""

    @property
    def layers(self) -> frozenset[str]:
        """Those whose activations it reads."""
        ...

    def __call__(self, activations: Activations) -> Tensor:
        """One value per image, (B,); more means that the feature responds more."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """A channel, a neuron or a logit."""

    layer: str
    """A layer the network has, or `logit`."""

    index: int
    """Channel or logit number, from 0."""

    label: str | None
    """The logit's name; None for channels."""

    position: int | None = None
    """Place, counted along rows from 0. None: the mean over the picture's places."""

    n_prefix_tokens: int = 0
    """Leading tokens that take no part in the mean."""

    @property
    def layers(self) -> frozenset[str]:
        return frozenset({self.layer})

    def __call__(self, activations: Activations) -> Tensor:
        responses = by_position(activations[self.layer])[:, self.index]  # (B, P)
        if self.position is not None:
            return responses[:, self.position]
        return responses[:, self.n_prefix_tokens :].mean(1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scored:
    """A function of the activations of some layers."""

    layers: frozenset[str]
    function: Callable[[dict[str, Any]], Any]

    def __call__(self, activations: Activations) -> Tensor:
        values = self.function({name: activations[name] for name in self.layers})
        n_images = len(next(iter(activations.values())))
        if not isinstance(values, Tensor) or values.shape != (n_images,):
            got = tuple(values.shape) if isinstance(values, Tensor) else values
            raise FeatureNotFoundError(
                f"a callable feature must give one value per image, a tensor of shape "
                f"({n_images},); got {got}"
            )
        return values


@dataclass(frozen=True, kw_only=True, slots=True)
class Combined:
    """Two objectives, or an objective and a number, joined by an operator."""

    operator: Operator
    left: "Objective | float"
    right: "Objective | float"
    layers: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        parts = [p for p in (self.left, self.right) if not isinstance(p, float)]
        layers = frozenset[str]().union(*(part.layers for part in parts))
        object.__setattr__(self, "layers", layers)

    def __call__(self, activations: Activations) -> Tensor:
        left, right = (
            part if isinstance(part, float) else part(activations)
            for part in (self.left, self.right)
        )
        result: Tensor = _COMPUTE[self.operator](left, right)
        return result


_COMPUTE: dict[Operator, Callable[[Any, Any], Any]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "**": lambda left, right: left**right,
}


def negated(objective: Objective) -> Objective:
    """What grows as the feature responds less."""
    return Combined(operator="*", left=-1.0, right=objective)


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
        names = (check_layer(name, network.layers).name for name in feature.layers)
        return Scored(layers=frozenset(names), function=feature.function)
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


def _operand(network: Network, part: Operand) -> Objective | float:
    if isinstance(part, Feature):
        return find_objective(network, part)
    return float(part)


def find_unit(network: Network, feature: FeatureId) -> Unit:
    """Look a channel, a neuron or a logit up in a network.

    Raises:
        LayerNotFoundError, FeatureNotFoundError: it has no such layer or unit.
    """
    if feature.is_logit:
        if feature.position is not None:
            raise FeatureNotFoundError(f"logits have no positions; got {feature}")
        index = logit_index(feature.unit, network.labels)
        return Unit(layer=feature.layer, index=index, label=network.labels[index])
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
