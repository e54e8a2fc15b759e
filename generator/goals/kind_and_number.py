"""A goal as it is written: KIND=NUMBER. No torch."""

from typing import Any, NamedTuple

from generator.errors import ConfigError


class KindAndNumber(NamedTuple):
    """The two sides of the equals sign."""

    kind: Any
    """Text, not yet known to be one of the kinds there are."""

    number: float


def read_kind_and_number(text: str, *, how: str) -> KindAndNumber:
    """Take `percentile=99` apart.

    Args:
        how: says what it is and how it is written, with an example, for the message.

    Raises:
        ConfigError: it is written differently.
    """
    kind, _, number = text.partition("=")
    try:
        return KindAndNumber(kind=kind.strip(), number=float(number))
    except ValueError:
        raise ConfigError(f"{how}; got {text!r}") from None
