"""Names of features: what in a network responds. No torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from generator.errors import ConfigError, FeatureNotFoundError

LOGIT_LAYER = "logit"
"""The layer name of the network's output before softmax."""


@dataclass(frozen=True, order=True)
class FeatureId:
    """One feature of a network, e.g. `logit:brick`, `logit:33`, `features.4:17`."""

    layer: str
    """Dotted module name, or `logit` for the network's output."""

    unit: str
    """Channel number from 0; for logits also a label, or `#1` for a rank."""

    @classmethod
    def parse(cls, text: str) -> "FeatureId":
        """Read `LAYER:UNIT`.

        Raises:
            ConfigError: the text has no layer or no unit.
        """
        layer, _, unit = (part.strip() for part in text.partition(":"))
        if not layer or not unit:
            raise ConfigError(
                f"a feature is written LAYER:UNIT; got {text!r}. "
                "Examples: logit:brick, logit:33, features.4:17."
            )
        return cls(layer=layer, unit=unit)

    def __str__(self) -> str:
        return f"{self.layer}:{self.unit}"

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
