"""What models would answer to a pair, as a bundle brings it. No Flask, no database."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from study_server.errors import BundleError
from study_server.json_table import Table

SIMILARITY = "similarity"
"""The method that the server works out by itself, from `query_distances`."""

METHOD = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, kw_only=True, slots=True)
class MachineAnswer:
    """How one method judges the two images of a pair; it takes the larger score."""

    method: str
    """E.g. `luminance` or `clip`."""

    condition: str | None
    """Whose panel the method compares with. None: it looks at no panel."""

    high_score: float
    """Of the image that drives the feature more."""

    low_score: float
    """Of the other one."""


def machine_answers_of(row: Table) -> tuple[MachineAnswer, ...]:
    """What a pair brings; nothing in bundles without them.

    Raises:
        BundleError: an answer is no answer, or is given twice.
    """
    if "machine_answers" not in row.values:
        return ()
    found = tuple(map(_answer, row.rows("machine_answers")))
    for fault in _repeats(found):
        raise BundleError(f"{row.place}: {fault}")
    return found


def _answer(row: Table) -> MachineAnswer:
    method = row.take("method", str)
    if not METHOD.fullmatch(method) or method == SIMILARITY:
        raise BundleError(
            f"{row.place}: method must be 1 to 40 lower-case letters, digits and _, "
            f"and not {SIMILARITY!r}, which follows from query_distances; "
            f"got {method!r}"
        )
    return MachineAnswer(
        method=method,
        condition=row.take_or_none("condition"),
        high_score=_finite(row, "high_score"),
        low_score=_finite(row, "low_score"),
    )


def _finite(row: Table, key: str) -> float:
    value: float = row.take(key, float)
    if not math.isfinite(value):
        raise BundleError(f"{row.place}: {key} must be finite; got {value}")
    return value


def _repeats(answers: tuple[MachineAnswer, ...]) -> Iterator[str]:
    seen: set[tuple[str, str | None]] = set()
    for one in answers:
        key = (one.method, one.condition)
        if key in seen:
            where = one.condition or "without a panel"
            yield f"machine_answers has two of {one.method!r} ({where})"
        seen.add(key)
