"""Which jobs may be searched in a lower precision: their own gradients say so.

A lower precision may cost digits, not the direction of the search. What it costs is
different for every network, feature and picture, so each job is put to the test
itself, whatever it is searched together with.
"""

import math
from dataclasses import replace

import torch
from torch import Tensor

from generator.search.optimize import Iterate, optimize
from generator.search.precision import PrecisionFacts
from generator.search.problem import Problem, draw_for, gradients
from generator.search.steering import FixedPull

LEAST_COSINE = 0.99
"""Below it, gradients are held to point elsewhere."""


def choose_precision(
    problem: Problem, start: Tensor, *, factors: Tensor
) -> tuple[Problem, tuple[PrecisionFacts, ...]]:
    """The same search, with the jobs marked that go in the config's lower precision.

    Each job takes its first step, in float32; what its second would follow is then
    compared. A job of a single step is searched in float32.

    Args:
        start: (J, …) parameters.
        factors: (J, K) of each penalty's gradient, as they are at the start.

    Returns:
        The search, and how it goes for each job.
    """
    config, n_jobs = problem.config, len(start)
    if problem.lower is None or config.steps < 2:
        return problem, (PrecisionFacts(),) * n_jobs
    there = optimize(
        problem,
        start,
        steering=FixedPull(factors=factors),
        on_iterate=lambda here: here.n_steps == 1,
        keep_broken=True,
    )
    cosines = agreement(problem, there, factors=factors).tolist()
    facts = tuple(
        PrecisionFacts(
            used=config.precision if cosine >= LEAST_COSINE else "float32",
            cosine=cosine if math.isfinite(cosine) else None,
        )
        for cosine in cosines
    )
    return replace(
        problem, is_lower=[cosine >= LEAST_COSINE for cosine in cosines]
    ), facts


def agreement(problem: Problem, here: Iterate, *, factors: Tensor) -> Tensor:
    """How far a job's gradients in lower precision point where those in float32 do.

    Both are those of the next step, with its draws: of the loss, which the search
    follows, and of the objective alone, which makes the opacity map.

    Args:
        factors: (J, K) of each penalty's gradient.

    Returns:
        (J,) the smaller cosine of the two; NaN where a gradient is zero or broken.

    Raises:
        ValueError: the problem has no lower precision.
    """
    if problem.lower is None:
        raise ValueError("nothing to compare: the problem has no lower precision")
    lower = replace(problem, is_lower=(True,) * len(factors))
    leaf = here.parameters.detach().requires_grad_()
    with torch.enable_grad():
        images = problem.parameterization.to_image(leaf)
        canvases = images.detach()
        draws = draw_for(problem, canvases, here.n_steps)
        found = []
        for in_full in (True, False):
            of_canvas = gradients(lower, canvases, draws, in_full=in_full)
            (slope,) = torch.autograd.grad(
                images,
                leaf,
                grad_outputs=of_canvas.combined(factors),
                retain_graph=True,
            )
            found.append((slope, of_canvas.objective))
    (slope, objective), (lower_slope, lower_objective) = found
    return torch.minimum(
        _cosine(slope, lower_slope), _cosine(objective, lower_objective)
    )


def _cosine(one: Tensor, other: Tensor) -> Tensor:
    """(J,) between what two tensors (J, …) hold of each job, in double precision."""
    ours, theirs = (part.flatten(1).double() for part in (one, other))
    product = (ours * theirs).sum(1)
    cosine: Tensor = product / (ours.norm(dim=1) * theirs.norm(dim=1))
    return cosine.clamp(-1, 1)
