"""How strongly a feature shall respond, and what that is in its own units. No torch."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from generator.errors import ConfigError
from generator.goals.kind_and_number import read_kind_and_number

LevelKind = Literal["value", "percentile", "natural_max"]
"""`value`: in the activation's own units. `percentile`: of the activations to natural
photographs. `natural_max`: multiple of their 99.9th percentile."""

_LOWEST_PERCENTILE = 0.1
_NEAR_MAXIMUM = 99.9
_LARGEST_MULTIPLE = 3.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """An activation, as a person asks for it."""

    kind: LevelKind
    amount: float

    def __post_init__(self) -> None:
        if self.kind not in get_args(LevelKind):
            raise ConfigError(
                f"a level is of kind {', '.join(get_args(LevelKind))}; "
                f"got {self.kind!r}"
            )
        if not math.isfinite(self.amount):
            raise ConfigError(f"a level must be a finite number; got {self.amount}")
        if self.kind == "percentile" and not _LOWEST_PERCENTILE <= self.amount <= 100:
            raise ConfigError(
                f"a percentile must lie between 0.1 and 100; got {self.amount:g}"
            )
        if self.kind == "natural_max" and not 0 < self.amount <= _LARGEST_MULTIPLE:
            raise ConfigError(
                "a multiple of the natural maximum must be above 0 and at most 3; "
                f"got {self.amount:g}"
            )

    @classmethod
    def parse(cls, text: str) -> "Level":
        """From KIND=AMOUNT, e.g. `percentile=99`.

        Raises:
            ConfigError: it is written differently, or its number is out of range.
        """
        kind, amount = read_kind_and_number(
            text,
            how="a level is written KIND=AMOUNT, e.g. percentile=99, value=12 or "
            "natural_max=1.5",
        )
        return cls(kind=kind, amount=amount)

    def __str__(self) -> str:
        return f"{self.kind}={self.amount:g}"


def activation_at(level: Level, natural: NDArray[np.float32], *, feature: str) -> float:
    """The activation that a level asks for.

    Args:
        natural: (n,) activations of the feature to natural photographs.
        feature: its name, for messages.

    Raises:
        ConfigError: there are no photographs; the percentile is one of many zeros; or
            the natural maximum is not positive, so that a multiple means nothing.
    """
    if level.kind == "value":
        return level.amount
    check_natural(natural, feature=feature)
    if level.kind == "percentile":
        return _at_percentile(level, natural, feature=feature)
    top = float(np.percentile(natural.astype(np.float64), _NEAR_MAXIMUM))
    if top <= 0:
        raise ConfigError(
            f"{level} of {feature}: the 99.9th percentile of its natural activations "
            f"is {top:g}; a multiple needs one above 0. Ask for a percentile or value."
        )
    return level.amount * top


def _at_percentile(
    level: Level, natural: NDArray[np.float32], *, feature: str
) -> float:
    """Linear between neighbouring photographs; refused among the zeros of a ReLU."""
    value = float(np.percentile(natural.astype(np.float64), level.amount))
    tied = int((natural == 0).sum())
    if value == 0 and tied > 1:
        top_tied = 100 * (natural <= 0).mean()
        raise ConfigError(
            f"{level} of {feature}: {tied} of {len(natural)} photographs leave it at "
            f"exactly 0, so its percentiles up to {top_tied:.1f} are all the same; "
            "ask for a higher percentile or a value"
        )
    return value


def natural_range(natural: NDArray[np.float32], *, feature: str) -> float:
    """From the 0.1th to the 99.9th percentile: the unit of a target's error.

    Raises:
        ConfigError: there are no photographs, or the feature responds alike to all.
    """
    check_natural(natural, feature=feature)
    low, high = np.percentile(
        natural.astype(np.float64), [_LOWEST_PERCENTILE, _NEAR_MAXIMUM]
    )
    if high <= low:
        raise ConfigError(
            f"{feature} responds alike ({high:g}) to every one of the {len(natural)} "
            "photographs, so no range of natural activations can be stated; choose "
            "another feature or more photographs"
        )
    return float(high - low)


def check_natural(natural: NDArray[np.float32], *, feature: str) -> None:
    """Refuse to measure against no photographs, or against what is not a number."""
    if len(natural) < 2:
        raise ConfigError(
            f"levels of {feature} are measured against natural photographs; got "
            f"{len(natural)}. Give a pool of at least 2, better 10,000."
        )
    if not np.isfinite(natural).all():
        raise ConfigError(f"the natural activations of {feature} are not all numbers")
