"""Names of features: what in a network responds, and their algebra. No torch."""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal, Union

from generator.errors import ConfigError, FeatureNotFoundError

LOGIT_LAYER = "logit"
"""The layer name of the network's output before softmax."""

Operator = Literal["+", "-", "*", "/", "**"]

_PRECEDENCE: dict[str, int] = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 3}
_POSITION = re.compile(r"(?P<unit>.+)@(?P<position>center|\d+(,\d+)?)")


class Feature:
    """Something that responds, with a text form. Immutable.

    `a - b`, `a + 0.5 * b`, `-a`, `a * b`, `a / 2` and `a ** 2` make new features; the
    operands stay as they were. Features sort by their text.
    """

    __slots__ = ()

    def __add__(self, other: "Feature") -> "Combination":
        return Combination(operator="+", left=self, right=other)

    def __sub__(self, other: "Feature") -> "Combination":
        return Combination(operator="-", left=self, right=other)

    def __mul__(self, other: "Feature | float") -> "Combination":
        return Combination(operator="*", left=self, right=other)

    def __rmul__(self, other: float) -> "Combination":
        return Combination(operator="*", left=other, right=self)

    def __truediv__(self, other: float) -> "Combination":
        return Combination(operator="/", left=self, right=other)

    def __pow__(self, other: float) -> "Combination":
        return Combination(operator="**", left=self, right=other)

    def __neg__(self) -> "Combination":
        return Combination(operator="*", left=-1.0, right=self)

    def __lt__(self, other: "Feature") -> bool:
        return str(self) < str(other)

    @property
    def leaves(self) -> "tuple[Feature, ...]":
        """The features it is made of, in the order of the text."""
        return (self,)

    @property
    def rank(self) -> int | None:
        """A number where the feature is another one on each photograph, else None."""
        return None

    def with_leaves(self, change: "Callable[[Feature], Feature]") -> "Feature":
        """The same expression of changed leaves."""
        return change(self)


@dataclass(frozen=True)
class FeatureId(Feature):
    """One feature of a network, e.g. `logit:brick`, `features.4:17`, `conv:3@2,5`."""

    layer: str
    """Dotted module name, or `logit` for the network's output."""

    unit: str
    """Channel number from 0; for logits also a label, or `#1` for a rank;
    `direction(NAME)` or `target(NAME)` for a stored direction or map."""

    position: str | None = None
    """One place of the layer: `row,column`, a token's number, or `center`. None: the
    mean over all positions."""

    @classmethod
    def parse(cls, text: str) -> "FeatureId":
        """Read `LAYER:UNIT` or `LAYER:UNIT@POSITION`.

        Raises:
            ConfigError: the text has no layer or no unit.
        """
        layer, _, unit = (part.strip() for part in text.partition(":"))
        if not layer or not unit:
            raise ConfigError(
                f"a feature is written LAYER:UNIT; got {text!r}. "
                "Examples: logit:brick, logit:33, features.4:17, features.4:17@center."
            )
        if ":" in unit:
            raise ConfigError(
                f"{text!r} has two colons; to combine features put spaces round the "
                "operator, e.g. logit:brick - logit:wood"
            )
        placed = _POSITION.fullmatch(unit)
        if placed is None:
            return cls(layer=layer, unit=unit)
        return cls(layer=layer, unit=placed["unit"], position=placed["position"])

    def __str__(self) -> str:
        place = "" if self.position is None else f"@{self.position}"
        return f"{self.layer}:{self.unit}{place}"

    @property
    def is_logit(self) -> bool:
        return self.layer == LOGIT_LAYER

    @property
    def rank(self) -> int | None:
        """1 for `logit:#1`, the strongest logit of a picture; None for a fixed one."""
        if not self.unit.startswith("#"):
            return None
        digits = self.unit.removeprefix("#")
        if not self.is_logit or not digits.isdecimal() or int(digits) < 1:
            raise ConfigError(
                f"a rank is written logit:#N with N from 1; got {str(self)!r}"
            )
        return int(digits)


@dataclass(frozen=True, kw_only=True)
class CallableFeature(Feature):
    """Any function of captured activations; from Python only."""

    name: str
    """Stands for the function in records and random streams: rename it on a change."""

    layers: tuple[str, ...]
    """Layers whose activations the function is given."""

    function: Callable[[dict[str, Any]], Any]
    """Activations by layer, each (B, C, *positions), to one value per image, (B,)."""

    def __post_init__(self) -> None:
        if not self.layers:
            raise ConfigError(f"{self} reads no layer; name those it is given")

    def __str__(self) -> str:
        return f"callable({self.name})"


Operand = Union[Feature, float]  # noqa: UP007 - a forward reference in `|` fails


@dataclass(frozen=True, kw_only=True)
class Combination(Feature):
    """Two features, or a feature and a number, joined by an operator.

    Raises:
        ConfigError: a number where only a feature has a meaning, or the reverse.
    """

    operator: Operator
    left: Operand
    right: Operand

    def __post_init__(self) -> None:
        left, right = (isinstance(part, Feature) for part in (self.left, self.right))
        fits = {
            "+": left and right,
            "-": left and right,
            "*": left or right,
            "/": left and not right,
            "**": left and not right,
        }
        if not fits[self.operator]:
            raise ConfigError(
                f"{self} has no meaning: features are added and subtracted, multiplied "
                "by features and numbers, divided by and raised to numbers"
            )
        numbers = [p for p in (self.left, self.right) if not isinstance(p, Feature)]
        if not all(math.isfinite(number) for number in numbers):
            raise ConfigError(f"{self} computes with a number that is not finite")
        if self.operator == "/" and self.right == 0:
            raise ConfigError(f"{self} divides by zero")

    def __str__(self) -> str:
        strength = _PRECEDENCE[self.operator]
        if self.left == -1.0 and self.operator == "*":
            return f"-{_text(self.right, strength + 1)}"
        # a power of a power needs parentheses on the left, a difference on the right
        left = _text(self.left, strength + (self.operator == "**"))
        right = _text(self.right, strength + 1)
        return f"{left} {self.operator} {right}"

    @property
    def leaves(self) -> tuple[Feature, ...]:
        return tuple(self._leaves())

    def _leaves(self) -> Iterator[Feature]:
        for part in (self.left, self.right):
            if isinstance(part, Feature):
                yield from part.leaves

    @property
    def rank(self) -> int | None:
        """The first rank among its leaves: it is another feature on each photograph."""
        ranks = (leaf.rank for leaf in self.leaves)
        return next((rank for rank in ranks if rank is not None), None)

    def with_leaves(self, change: Callable[[Feature], Feature]) -> "Combination":
        left, right = (
            part.with_leaves(change) if isinstance(part, Feature) else part
            for part in (self.left, self.right)
        )
        return Combination(operator=self.operator, left=left, right=right)


def _text(part: Operand, at_least: int) -> str:
    """A part of an expression, in parentheses where it binds more loosely."""
    if not isinstance(part, Feature):
        return f"{part:.0f}" if float(part).is_integer() else f"{part:.17g}"
    if isinstance(part, Combination) and _PRECEDENCE[part.operator] < at_least:
        return f"({part})"
    return str(part)


def logit_index(unit: str, labels: Sequence[str]) -> int:
    """Index of the logit that a label or a number names.

    Args:
        unit: a label, in any case, or an index from 0.
        labels: name of each logit.

    Raises:
        FeatureNotFoundError: no such label or index, or several logits share it.
    """
    if unit.isdecimal():
        return checked_channel(int(unit), len(labels), layer=LOGIT_LAYER)
    wanted = unit.casefold()
    found = [i for i, label in enumerate(labels) if label.casefold() == wanted]
    if len(found) > 1:
        candidates = ", ".join(f"logit:{i}" for i in found)
        raise FeatureNotFoundError(
            f"{len(found)} logits are labelled {unit!r}; name one by index: "
            f"{candidates}"
        )
    if not found:
        folded = {label.casefold(): label for label in labels}
        near = [folded[key] for key in get_close_matches(wanted, folded, n=5)]
        near += [label for label in labels if wanted in label.casefold().split()]
        names = ", ".join(dict.fromkeys(near)) or "none"
        raise FeatureNotFoundError(
            f"no logit is labelled {unit!r}; close names: {names}. "
            "`accentuate features` lists them all."
        )
    return found[0]


def checked_channel(index: int, n_channels: int, *, layer: str) -> int:
    """The index itself, if the layer has such a channel.

    Raises:
        FeatureNotFoundError: it has not.
    """
    if not 0 <= index < n_channels:
        raise FeatureNotFoundError(
            f"layer {layer!r} has {n_channels} channels, numbered from 0; "
            f"got channel {index}"
        )
    return index
