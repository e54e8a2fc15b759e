"""What the authors printed, how far rounding may be from it, and who compares."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from analysis.validation.entry import Entry

TOLERANCE = 0.006
"""Whole per cent were printed; a hundredth of that more is allowed, since how they were
rounded is not known."""


class Published(NamedTuple):
    """One printed number."""

    name: str
    """experiment/condition/cell/quantity."""

    value: float

    readings: tuple[str, ...]
    """Entries it may mean; it is met if one of them rounds to it."""

    @property
    def experiment(self) -> str:
        """First part of the name."""
        return self.name.partition("/")[0]


def _plus_minus(part: str, accuracy: float, two_sem: float) -> tuple[Published, ...]:
    """An accuracy and its 2 standard errors, of which no ddof was printed."""
    name = f"{part}/accuracy"
    spread = f"{name}_2_sem"
    ddofs = tuple(f"{spread}_ddof_{ddof}" for ddof in (0, 1))
    return Published(name, accuracy, (name,)), Published(spread, two_sem, ddofs)


BOROWSKI_2021 = (
    *_plus_minus("I/natural", 0.92, 0.02),
    *_plus_minus("I/feature_visualization", 0.82, 0.04),
    *_plus_minus("II/natural/Max-1", 0.73, 0.04),
    *_plus_minus("II/feature_visualization/Max-1", 0.65, 0.05),
)
"""Accuracies ± 2 standard errors over participants.

Source: Borowski et al. (2021), ICLR, figures 4 and 6.
"""


def with_published(
    entries: Sequence[Entry], published: Sequence[Published]
) -> tuple[list[Entry], list[str]]:
    """The entries with what was published about them, and what was not compared.

    Returns:
        The entries, and an undefined one, which is missed, for each published number of
        an experiment that is there without it; a note per experiment that is absent.
    """
    by_name = {entry.name: entry for entry in entries}
    experiments = {name.partition("/")[0] for name in by_name}
    for number in published:
        if number.experiment not in experiments:
            continue
        found = [by_name[name] for name in number.readings if name in by_name]
        if not found:
            by_name[number.name] = _not_found(number, by_name)
        for entry in found:
            by_name[entry.name] = _beside(entry, number, found)
    return list(by_name.values()), _absent(experiments, published)


def _beside(entry: Entry, number: Published, found: Sequence[Entry]) -> Entry:
    known = replace(
        entry,
        published=number.value,
        published_as=number.name,
        tolerance=TOLERANCE,
    )
    if len(found) == 1:
        return known
    listed = ", ".join(f"{each.name.rpartition('/')[2]} {each.value}" for each in found)
    more = f"Published without its ddof: met if one of {listed} rounds to it."
    return replace(
        known,
        readings=tuple(each.value for each in found),
        detail=" ".join(filter(None, (entry.detail, more))),
    )


def _not_found(number: Published, entries: Mapping[str, Entry]) -> Entry:
    start, end = f"{number.experiment}/", "/accuracy"
    cells = [
        name.removeprefix(start).removesuffix(end)
        for name in entries
        if name.startswith(start) and name.endswith(end)
    ]
    return Entry(
        name=number.name,
        value=math.nan,
        published=number.value,
        published_as=number.name,
        tolerance=TOLERANCE,
        detail=f"Experiment {number.experiment} has no such number; found "
        f"{', '.join(cells) or 'no main trial'}.",
    )


def _absent(experiments: set[str], published: Sequence[Published]) -> list[str]:
    wanted = dict.fromkeys(number.experiment for number in published)
    return [
        f"Experiment {name} is not among the files: its "
        f"{sum(number.experiment == name for number in published)} published numbers "
        "were not compared."
        for name in wanted
        if name not in experiments
    ]
