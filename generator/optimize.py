"""The loop that searches for pictures, for a batch of jobs at once."""

from dataclasses import dataclass

import torch
from torch import Tensor

from generator.config import SearchConfig
from generator.errors import NotFiniteError
from generator.opacity import OpacityAccumulator
from generator.problem import OnCrops, Problem, draw_for, gradients

_MOMENTUM = 0.9
_MEMORY = 0.999
_EPSILON = 1e-8


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
    descent = Adam(config, parameters)
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


class Adam:
    """Adam for a batch of independent jobs, with a cool-down.

    With `shared_adam` the second moment is one number per job, its mean over the
    parameters: steps keep the proportions of the gradient.

    Source: Kingma & Ba (2015), Adam, arXiv 1412.6980.
    """

    def __init__(self, config: SearchConfig, parameters: Tensor) -> None:
        self._config = config
        self._mean = torch.zeros_like(parameters)
        self._square = torch.zeros_like(parameters)

    def step(self, parameters: Tensor, slope: Tensor, step: int) -> Tensor:
        """The parameters after one update; `step` counts from 0."""
        squared = slope.square()
        if self._config.optimizer == "shared_adam":
            axes = tuple(range(1, slope.ndim))
            squared = squared.mean(axes, keepdim=True).expand_as(slope)
        self._mean = _MOMENTUM * self._mean + (1 - _MOMENTUM) * slope
        self._square = _MEMORY * self._square + (1 - _MEMORY) * squared
        mean = self._mean / (1 - _MOMENTUM ** (step + 1))
        square = self._square / (1 - _MEMORY ** (step + 1))
        return parameters - self._rate(step) * mean / (square.sqrt() + _EPSILON)

    def _rate(self, step: int) -> float:
        config = self._config
        cooling_steps = config.cool_down * config.steps
        left = config.steps - step
        if left >= cooling_steps:
            return config.learning_rate
        return config.learning_rate * left / cooling_steps
