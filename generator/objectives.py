"""From activations to one number per image: what a search makes larger."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from torch import Tensor

from generator.directions.response import ResponseKind, direction_response
from generator.errors import FeatureNotFoundError
from generator.features import Operator
from generator.layers import by_position

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
        return self.of_every_channel(activations)[:, self.index]

    def of_every_channel(self, activations: Activations) -> Tensor:
        """What the same place or places say of each channel of the layer, (B, C)."""
        responses = by_position(activations[self.layer])  # (B, C, P)
        if self.position is not None:
            return responses[:, :, self.position]
        return responses[:, :, self.n_prefix_tokens :].mean(2)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Along:
    """The response along a stored direction, or to a spatial target."""

    layer: str

    direction: Tensor
    """(C,), or the shape of one image's activations."""

    kind: ResponseKind = "dot"
    power: float = 1.0

    position: int | None = None
    """As for a unit."""

    n_prefix_tokens: int = 0

    @property
    def layers(self) -> frozenset[str]:
        return frozenset({self.layer})

    def __call__(self, activations: Activations) -> Tensor:
        seen, n_prefix = activations[self.layer], self.n_prefix_tokens
        if self.position is not None:
            seen, n_prefix = by_position(seen)[..., self.position], 0
        return direction_response(
            seen,
            self.direction.to(seen.device),
            kind=self.kind,
            power=self.power,
            n_prefix_tokens=n_prefix,
        )


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
