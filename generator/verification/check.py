"""What a check is: a claim, the number measured for it, and the bound it must keep."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from generator.verification.subject import Subject

Comparison = Literal["at_most", "within"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Bound:
    """What a number must keep to hold."""

    high: float

    low: float | None = None
    """None: `high` is all that counts."""

    @property
    def comparison(self) -> Comparison:
        return "at_most" if self.low is None else "within"

    def holds_for(self, value: float) -> bool:
        """False for what is not a number."""
        if math.isnan(value) or value > self.high:
            return False
        return self.low is None or value >= self.low

    def as_json(self) -> float | list[float]:
        """One number, or two."""
        return self.high if self.low is None else [self.low, self.high]


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """What a rule found."""

    value: float

    detail: str
    """How it was found, and what else was seen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A claim, and how to put it to the test."""

    id: str
    """`family` or `family.case`."""

    target: str
    """Acceptance target it belongs to, e.g. `A4`."""

    sentence: str
    """What is claimed; `value` is the number in it."""

    bound: Bound
    measure: Callable[[Subject], Measured]


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """A rule put to the test on one network."""

    id: str
    target: str
    sentence: str

    value: float | None
    """None: it could not be measured, and `detail` says why."""

    bound: Bound
    holds: bool
    detail: str
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """For `--json`; infinite values and such become null."""
        measurable = self.value is not None and math.isfinite(self.value)
        return {
            "id": self.id,
            "target": self.target,
            "sentence": self.sentence,
            "value": self.value if measurable else None,
            "bound": self.bound.as_json(),
            "comparison": self.bound.comparison,
            "holds": self.holds,
            "detail": self.detail,
            "seconds": round(self.seconds, 3),
        }


def run_rule(rule: Rule, subject: Subject) -> Check:
    """Measure; a rule that raises is a failed check that says what was raised."""
    started = time.perf_counter()
    value: float | None = None
    try:
        found = rule.measure(subject)
    except Exception as error:  # noqa: BLE001 - any module may raise anything
        detail = f"{type(error).__name__}: {error}"
    else:
        value, detail = found.value, found.detail
    return Check(
        id=rule.id,
        target=rule.target,
        sentence=rule.sentence,
        value=value,
        bound=rule.bound,
        holds=value is not None and rule.bound.holds_for(value),
        detail=detail,
        seconds=time.perf_counter() - started,
    )
