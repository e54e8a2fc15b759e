"""Optimizers for a batch of independent jobs: all state is elementwise."""

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from generator.parameterization import Parameterization
from generator.search.config import SearchConfig

_EPSILON = 1e-8
"""Keeps parameters without a gradient where they are; as in PyTorch."""

_SHARED_EPSILON = 1e-30
"""A shared moment is zero only where a whole picture has no gradient. Features as faint
as those of untrained networks move as far as any other."""

_WARMING = 0.004
"""`nadam`: how fast β₁ approaches its value; as in PyTorch."""


class Optimizer(Protocol):
    """Takes one step after another; `step` counts from 0."""

    def step(self, parameters: Tensor, slope: Tensor, step: int) -> Tensor:
        """The parameters (J, …) after one update against the slope of the loss."""
        ...


def make_optimizer(config: SearchConfig, parameters: Tensor) -> Optimizer:
    """The optimizer a config names, for parameters like these (J, …)."""
    if config.optimizer == "sgd":
        return GradientDescent(config=config)
    if config.optimizer == "nadam":
        return NAdam(config, parameters)
    return Adam(config, parameters)


def step_size(config: SearchConfig, step: int) -> float:
    """The learning rate, falling to zero over the last part of the run."""
    cooling_steps = config.cool_down * config.steps
    left = config.steps - step
    if left >= cooling_steps:
        return config.learning_rate
    return config.learning_rate * left / cooling_steps


@dataclass(frozen=True, kw_only=True, slots=True)
class GradientDescent:
    """Plain steps along the gradient, no memory."""

    config: SearchConfig

    def step(self, parameters: Tensor, slope: Tensor, step: int) -> Tensor:
        """The parameters after one update."""
        return parameters - step_size(self.config, step) * slope


class Adam:
    """Adam, with a cool-down.

    With `shared_adam` the second moment is one number per job, its mean over the
    parameters: steps keep the proportions of the gradient.

    Source: Kingma & Ba (2015), Adam, arXiv 1412.6980.
    """

    def __init__(self, config: SearchConfig, parameters: Tensor) -> None:
        self._config = config
        self._mean = torch.zeros_like(parameters)
        self._square = torch.zeros_like(parameters)

    def step(self, parameters: Tensor, slope: Tensor, step: int) -> Tensor:
        """The parameters after one update."""
        self._remember(slope)
        mean = self._mean / (1 - self._config.mean_decay ** (step + 1))
        return self._moved(parameters, mean, step)

    def _remember(self, slope: Tensor) -> None:
        squared = slope.square()
        if self._config.optimizer == "shared_adam":
            axes = tuple(range(1, slope.ndim))
            squared = squared.mean(axes, keepdim=True).expand_as(slope)
        keep, keep_square = self._config.mean_decay, self._config.square_decay
        self._mean = keep * self._mean + (1 - keep) * slope
        self._square = keep_square * self._square + (1 - keep_square) * squared

    def _moved(self, parameters: Tensor, mean: Tensor, step: int) -> Tensor:
        square = self._square / (1 - self._config.square_decay ** (step + 1))
        is_shared = self._config.optimizer == "shared_adam"
        floor = _SHARED_EPSILON if is_shared else _EPSILON
        return parameters - step_size(self._config, step) * mean / (
            square.sqrt() + floor
        )


class NAdam(Adam):
    """Adam with Nesterov's momentum: the mean as it will be after the next step.

    Source: Dozat (2016), Incorporating Nesterov Momentum into Adam; with the warming-up
        of β₁ that PyTorch has.
    """

    def __init__(self, config: SearchConfig, parameters: Tensor) -> None:
        super().__init__(config, parameters)
        self._kept = 1.0  # product of the β₁ of all steps so far

    def step(self, parameters: Tensor, slope: Tensor, step: int) -> Tensor:
        """The parameters after one update."""
        self._remember(slope)
        now, after = self._mean_decay(step + 1), self._mean_decay(step + 2)
        self._kept *= now
        ahead = after * self._mean / (1 - self._kept * after)
        fresh = (1 - now) * slope / (1 - self._kept)
        return self._moved(parameters, ahead + fresh, step)

    def _mean_decay(self, step: int) -> float:
        return float(self._config.mean_decay * (1 - 0.5 * 0.96 ** (step * _WARMING)))


def project(
    parameters: Tensor,
    parameterization: Parameterization,
    seed_images: Tensor,
    *,
    radius: float,
) -> Tensor:
    """Parameters whose pictures lie within a ball round their seed images.

    Projected gradient descent: after each step, a picture that went too far is put
    back onto the ball, along the straight line to its seed image.

    Args:
        parameters: (J, …).
        seed_images: (J, 3, H, W) in [0, 1].
        radius: Euclidean, over all RGB values of a picture.

    Returns:
        (J, …); those of pictures inside the ball are the same numbers.

    Source: Madry et al. (2018), arXiv 1706.06083.
    """
    with torch.no_grad():
        images = parameterization.to_image(parameters)
        change = images - seed_images
        distance = change.flatten(1).norm(dim=1)  # (J,)
        too_far = distance > radius
        shrink = torch.where(too_far, radius / distance, 1.0).view(-1, 1, 1, 1)
        back = parameterization.from_image(seed_images + shrink * change)
        jobs = too_far.view(-1, *[1] * (parameters.ndim - 1))
        return torch.where(jobs, back, parameters)
