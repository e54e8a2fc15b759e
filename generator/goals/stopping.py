"""Searches that end where a measure of the picture takes a wanted value."""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from generator.goals.level_watch import AtLevel, LevelWatch
from generator.goals.straddle import Measure
from generator.search.optimize import Iterate, OnIterate, optimize
from generator.search.problem import OnCrops, Problem
from generator.search.steering import Steering


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Reached:
    """Where the searches of a batch ended."""

    at_level: AtLevel

    is_finite: list[bool]
    """Of each job: its numbers did not break before it passed its value."""


def search_until(
    problem: Problem,
    start: Tensor,
    *,
    steering: Steering,
    measure: Measure,
    wanted: Sequence[float],
    tolerance: Sequence[float],
    on_iterate: OnIterate | None = None,
    on_crops: OnCrops | None = None,
    keep_broken: bool = False,
) -> Reached:
    """Climb until every job has passed its value, then find it between two iterates.

    A job that never passes its value comes back at its highest iterate: the caller
    looks at what was reached.

    Args:
        start: (J, …) parameters.
        measure: parameters to one number for each job.
        wanted: of each job.
        tolerance: error of each job at which its bisection stops.
        on_crops: told of every crop of the config's steps, also of those spared.
        keep_broken: return also jobs whose numbers broke; the caller asks
            `Reached.is_finite`.

    Raises:
        NotFiniteError: the search ended in values that are not numbers.
    """
    watch = LevelWatch(measure, [[value] for value in wanted])

    def watch_all(here: Iterate) -> bool:
        is_over = watch.on_iterate(here)
        return (on_iterate is not None and on_iterate(here)) or is_over

    config = problem.config
    found = optimize(
        problem,
        start,
        steering=steering,
        on_iterate=watch_all,
        on_crops=on_crops,
        keep_broken=keep_broken,
    )
    if on_crops is not None:
        spared = config.steps - found.n_steps
        on_crops(len(start) * spared * config.draws_per_step)
    at_level = watch.found(0, tolerance=tolerance)
    is_finite = [
        bool(is_whole) or watch.has_passed(job, 0)
        for job, is_whole in enumerate(found.is_finite.tolist())
    ]
    return Reached(at_level=at_level, is_finite=is_finite)
