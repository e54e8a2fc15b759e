"""The loop that searches for pictures, for a batch of jobs at once."""

from dataclasses import dataclass

import torch
from torch import Tensor

from generator.errors import NotFiniteError
from generator.opacity import OpacityAccumulator
from generator.optimizers import make_optimizer
from generator.problem import OnCrops, Problem, draw_for, gradients


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Found:
    """Where a search ended."""

    parameters: Tensor
    """(J, …)."""

    opacity: OpacityAccumulator


def optimize(
    problem: Problem,
    parameters: Tensor,
    *,
    pull_back: Tensor,
    on_crops: OnCrops | None = None,
) -> Found:
    """Climb each job's objective, held back by its distance to the seed image.

    Args:
        parameters: (J, …) start.
        pull_back: (J,) weight times balance of the penalty, λ b.
        on_crops: told after each step.

    Raises:
        NotFiniteError: the search ended in values that are not numbers.

    Source: Hamblin et al. (2024), Feature Accentuation, arXiv 2402.10039.
    """
    config = problem.config
    descent = make_optimizer(config, parameters)
    opacity: OpacityAccumulator | None = None
    for step in range(config.steps):
        here = parameters.detach().requires_grad_()
        with torch.enable_grad():
            images = problem.parameterization.to_image(here)
            canvases = images.detach()
            draws = draw_for(problem, canvases, step)
            found = gradients(problem, canvases, draws)
            uphill = -found.objective
            if found.penalty is not None:
                uphill = uphill + pull_back.view(-1, 1, 1, 1) * found.penalty
            (slope,) = torch.autograd.grad(images, here, grad_outputs=uphill)
        opacity = opacity or OpacityAccumulator.start(canvases)
        opacity.add(found.objective, draws.coverage())
        parameters = descent.step(here.detach(), slope, step)
        if on_crops is not None:
            on_crops(len(canvases) * config.draws_per_step)
    if opacity is None or not torch.isfinite(parameters).all():
        raise NotFiniteError(
            "the search ended in values that are not numbers; "
            f"try a learning_rate below {config.learning_rate:g}"
        )
    return Found(parameters=parameters, opacity=opacity)
