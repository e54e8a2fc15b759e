"""Features written as text: `logit:tabby - 0.5 * (logit:lynx + layer4:17)`. No torch.

Operators need spaces round them, because labels and layer names may contain their
signs: `logit:black-and-tan coonhound` is one feature.
"""

import re
from collections import Counter
from functools import lru_cache

from generator.errors import ConfigError
from generator.features import (
    LOGIT_LAYER,
    Combination,
    Feature,
    FeatureId,
    Operand,
    Operator,
)

_NUMBER = re.compile(r"\d+(\.\d*)?(e[+-]?\d+)?|\.\d+")
_DANGLING = re.compile(r"(^| )(\+|-|\*\*|\*|/)$")
_OPERATOR = re.compile(r" (\+|-|\*\*|\*|/) ")


def parse_feature(text: str) -> Feature:
    """Read a feature or an expression of features.

    `**` binds more tightly than a leading minus, that as tightly as `*` and `/`, and
    those more tightly than `+` and `-`, as in Python.

    Raises:
        ConfigError: the text is no feature; says where it goes wrong.
    """
    reader = _Reader(text)
    try:
        found = reader.sum()
        str(found)
    except RecursionError:
        raise ConfigError(
            f"{text[:40]!r}… is too long an expression; name a direction instead"
        ) from None
    reader.skip_spaces()
    if reader.rest:
        raise ConfigError(f"{text!r} goes on after the feature: {reader.rest!r}")
    if not isinstance(found, Feature):
        raise ConfigError(f"{text!r} is a number; name a feature, e.g. logit:brick")
    return found


@lru_cache(maxsize=8)
def logit_features(labels: tuple[str, ...], n_logits: int) -> tuple[FeatureId, ...]:
    """Every logit by its label, or by its number where the label would not be read
    back as this logit: shared, itself a number, or with signs of the algebra."""
    folded = Counter(label.casefold() for label in labels)
    found = []
    for index in range(n_logits):
        label = labels[index] if index < len(labels) else ""
        named = FeatureId(LOGIT_LAYER, label)
        is_its_own = folded[label.casefold()] == 1 and not label.isdecimal()
        if not is_its_own or not _is_read_back(named):
            named = FeatureId(LOGIT_LAYER, str(index))
        found.append(named)
    return tuple(found)


def _is_read_back(feature: FeatureId) -> bool:
    try:
        return parse_feature(str(feature)) == feature and feature.rank is None
    except ConfigError:
        return False


class _Reader:
    """Reads an expression from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    @property
    def rest(self) -> str:
        return self.text[self.at :]

    def skip_spaces(self) -> None:
        self.at += len(self.rest) - len(self.rest.lstrip())

    def sum(self) -> Operand:
        found = self.product()
        while operator := self._operator("+", "-"):
            found = self._joined(operator, found, self.product())
        return found

    def product(self) -> Operand:
        found = self.signed()
        while operator := self._operator("*", "/"):
            found = self._joined(operator, found, self.signed())
        return found

    def signed(self) -> Operand:
        self.skip_spaces()
        if not self.rest.startswith("-"):
            return self.power()
        self.at += 1
        found = self.power()
        return -found

    def power(self) -> Operand:
        found = self.operand()
        while operator := self._operator("**"):
            found = self._joined(operator, found, self.signed())
        return found

    def operand(self) -> Operand:
        self.skip_spaces()
        if not self.rest.startswith("("):
            return self._leaf()
        self.at += 1
        found = self.sum()
        self.skip_spaces()
        if not self.rest.startswith(")"):
            raise ConfigError(f"{self.text!r} lacks a closing parenthesis")
        self.at += 1
        return found

    def _leaf(self) -> Operand:
        """Up to the next operator, or a parenthesis that it did not open."""
        depth, end = 0, self.at
        while end < len(self.text):
            sign = self.text[end]
            depth += (sign == "(") - (sign == ")")
            if depth < 0 or (depth == 0 and _OPERATOR.match(self.text, end)):
                break
            end += 1
        leaf, self.at = self.text[self.at : end].strip(), end
        if _NUMBER.fullmatch(leaf):
            return float(leaf)
        if (not leaf and self.text.strip()) or _DANGLING.search(leaf):
            raise ConfigError(f"{self.text!r} lacks a feature beside an operator")
        return FeatureId.parse(leaf)

    def _operator(self, *wanted: str) -> Operator | None:
        self_at = len(self.text) - len(self.rest.lstrip())
        found = _OPERATOR.match(self.text, max(0, self_at - 1))
        if found is None or found[1] not in wanted:
            return None
        self.at = found.end()
        return found[1]  # type: ignore[return-value]  # the pattern knows no other

    def _joined(self, operator: Operator, left: Operand, right: Operand) -> Operand:
        if isinstance(left, Feature) or isinstance(right, Feature):
            return Combination(operator=operator, left=left, right=right)
        raise ConfigError(
            f"{self.text!r} computes with numbers alone: {left:g} {operator} {right:g}"
        )
