"""Find, on a path of parameters, the point where a measure takes a wanted value."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

Measure = Callable[[Tensor], Tensor]
"""Parameters (J, …) to one number for each job, (J,)."""

MOST_PASSES = 12
"""Measurements one search on a segment may make."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Nearest:
    """For each job the point measured nearest to its wanted value."""

    parameters: Tensor
    """(J, …)."""

    value: Tensor
    """(J,)."""


def bisect(
    measure: Measure,
    below: Tensor,
    above: Tensor,
    wanted: Tensor,
    *,
    tolerance: Tensor,
) -> Nearest:
    """Halve the segments between two points until the measure is near enough.

    The measure is continuous on the segment but for the rounding to 8 bits, so the
    nearest of all points measured is returned.

    Args:
        measure: its value at `below` is at most `wanted`, at `above` at least.
        below, above: (J, …) parameters.
        wanted: (J,).
        tolerance: (J,) error at which a job is left as it is, whatever the others
            still need; the search ends after twelve measurements at the latest.
    """
    low = torch.zeros_like(wanted)
    high = torch.ones_like(wanted)
    best = Nearest(parameters=below, value=torch.full_like(wanted, torch.inf))
    for _ in range(MOST_PASSES):
        middle = (low + high) / 2
        point = torch.lerp(below, above, _per_job(middle, below).to(below))
        value = measure(point)
        found = nearer(best, Nearest(parameters=point, value=value), wanted)
        best = choose(_is_near(best, wanted, tolerance), best, found)
        if _is_near(best, wanted, tolerance).all():
            break
        low = torch.where(value < wanted, middle, low)
        high = torch.where(value < wanted, high, middle)
    return best


def nearer(one: Nearest, other: Nearest, wanted: Tensor) -> Nearest:
    """Job by job whichever comes nearer to the wanted value; equal: the first."""
    is_better = (other.value - wanted).abs() < (one.value - wanted).abs()
    return choose(is_better, other, one)


def choose(claim: Tensor, one: Nearest, other: Nearest) -> Nearest:
    """The first where the claim (J,) is true, the other elsewhere."""
    return Nearest(
        parameters=torch.where(
            _per_job(claim, one.parameters), one.parameters, other.parameters
        ),
        value=torch.where(claim, one.value, other.value),
    )


def _is_near(found: Nearest, wanted: Tensor, tolerance: Tensor) -> Tensor:
    return (found.value - wanted).abs() <= tolerance


def _per_job(values: Tensor, like: Tensor) -> Tensor:
    return values.view(-1, *[1] * (like.ndim - 1))
