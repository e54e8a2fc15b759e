"""The loop that searches for pictures, for a batch of jobs at once."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from generator.errors import NotFiniteError
from generator.search.opacity import OpacityAccumulator
from generator.search.optimizers import make_optimizer, project
from generator.search.problem import OnCrops, Problem, draw_for, gradients
from generator.search.steering import Steering


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Iterate:
    """Where a search stands after some steps."""

    n_steps: int
    """Updates the parameters have had."""

    parameters: Tensor
    """(J, …)."""

    opacity: OpacityAccumulator
    """Summed over the steps so far; goes on being added to."""

    @property
    def is_finite(self) -> Tensor:
        """(J,) whether all parameters of a job are numbers."""
        return torch.isfinite(self.parameters).flatten(1).all(1)


OnIterate = Callable[[Iterate], bool]
"""Sees where a search stands; True ends it."""


def optimize(
    problem: Problem,
    parameters: Tensor,
    *,
    steering: Steering,
    on_iterate: OnIterate | None = None,
    on_crops: OnCrops | None = None,
    keep_broken: bool = False,
) -> Iterate:
    """Climb each job's objective, held back by its penalties.

    The first step is in full float32: where the distance is still zero, a penalty's
    gradient in a lower precision is rounding noise.

    Args:
        parameters: (J, …) start.
        steering: how hard each penalty pulls, step by step.
        on_iterate: shown the start and every iterate.
        on_crops: told after each step.
        keep_broken: return also jobs that ended in values that are not numbers; the
            caller asks `Iterate.is_finite`.

    Raises:
        NotFiniteError: a search ended in values that are not numbers.

    Source: Hamblin et al. (2024), Feature Accentuation, arXiv 2402.10039.
    """
    config = problem.config
    descent = make_optimizer(config, parameters)
    canvases = problem.parameterization.to_image(parameters).detach()
    opacity = OpacityAccumulator.start(canvases)
    here = Iterate(n_steps=0, parameters=parameters.detach(), opacity=opacity)
    while here.n_steps < config.steps:
        if on_iterate is not None and on_iterate(here):
            break
        leaf = here.parameters.detach().requires_grad_()
        with torch.enable_grad():
            images = problem.parameterization.to_image(leaf)
            canvases = images.detach()
            draws = draw_for(problem, canvases, here.n_steps)
            is_first = here.n_steps == 0
            found = gradients(problem, canvases, draws, in_full=is_first)
            uphill = found.combined(steering.pull_back(found.distances))
            (slope,) = torch.autograd.grad(images, leaf, grad_outputs=uphill)
        opacity.add(found.objective, draws.coverage())
        after = descent.step(leaf.detach(), slope, here.n_steps)
        if config.pgd_radius is not None:
            after = project(
                after,
                problem.parameterization,
                problem.seed_images,
                radius=config.pgd_radius,
            )
        here = Iterate(n_steps=here.n_steps + 1, parameters=after, opacity=opacity)
        if on_crops is not None:
            on_crops(len(canvases) * config.draws_per_step)
    else:
        if on_iterate is not None:
            on_iterate(here)
    if not keep_broken and not here.is_finite.all():
        raise NotFiniteError(
            "the search ended in values that are not numbers; "
            f"try a learning_rate below {config.learning_rate:g}"
        )
    return here
