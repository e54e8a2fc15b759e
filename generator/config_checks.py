"""Refusals that settings share: each names the setting, the value and the rule."""

import math
from typing import Any, get_args

from generator.errors import ConfigError


def check_number(
    name: str,
    value: float,
    *,
    above: float | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
    below: float | None = None,
) -> None:
    """A finite number within its bounds.

    Raises:
        ConfigError: it is not.
    """
    if not math.isfinite(value):
        raise ConfigError(f"{name} must be a finite number; got {value}")
    if above is not None and not value > above:
        raise ConfigError(f"{name} must be above {above:g}; got {value}")
    if at_least is not None and not value >= at_least:
        raise ConfigError(f"{name} must be at least {at_least:g}; got {value}")
    if at_most is not None and not value <= at_most:
        raise ConfigError(f"{name} must be at most {at_most:g}; got {value}")
    if below is not None and not value < below:
        raise ConfigError(f"{name} must be below {below:g}; got {value}")


def check_choice(name: str, value: str, choices: Any) -> None:
    """One of the texts of a `Literal` type.

    Raises:
        ConfigError: it is another.
    """
    if value not in get_args(choices):
        options = ", ".join(get_args(choices))
        raise ConfigError(f"{name} must be one of {options}; got {value!r}")


def check_fractions(name: str, value: tuple[float, float]) -> None:
    """Two fractions above 0, the smaller first.

    Raises:
        ConfigError: they are not.
    """
    low, high = value
    if not 0 < low <= high <= 1:
        raise ConfigError(f"{name} must satisfy 0 < low <= high <= 1; got {value}")
