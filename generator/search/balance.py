"""How strong the feature's pull on the parameters is, and each penalty's."""

from dataclasses import dataclass

import torch
from torch import Tensor

from generator.penalties import Penalty
from generator.search.problem import OnCrops, Problem, draw_for, gradients
from generator.streams import JobStreams

_BLOCK = 8
"""Draws in one pass. Fixed, so that the numbers do not depend on other settings."""

_SQUARED_OFFSET = 0.1
"""Terms that grow with the square of the difference pull as hard as the objective at
this distance from the start, in standard deviations of the parameters: about as far as
an accentuation goes."""


_DIRECTION = JobStreams(rng_seed=0, job_id="direction of the balance's offset")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Pull:
    """L1 norms, over a job's parameters, of gradients averaged over draws."""

    objective: Tensor
    """(J,); 0 where no change of the picture moves the feature."""

    penalties: Tensor
    """(J, K)."""

    @property
    def is_finite(self) -> Tensor:
        """(J,) whether all of a job's norms are numbers."""
        is_held = torch.isfinite(self.penalties).all(1)
        return torch.isfinite(self.objective) & is_held

    def balance(self) -> Tensor:
        """(J, K) b: a penalty's gradient times b is as large as the objective's."""
        felt = self.penalties > 0
        return torch.where(
            felt, self.objective[:, None] / self.penalties.where(felt, 1.0), 0.0
        )


def measure_pull(
    problem: Problem,
    parameters: Tensor,
    *,
    n_draws: int,
    offset: float,
    on_crops: OnCrops | None = None,
) -> Pull:
    """Average all gradients over draws of the balance's own, a little off the start.

    At the start itself the distance is zero and its gradient rounding noise; ε = 1e-3
    standard deviations away it is well defined in every number format. The norm of a
    mean gradient shrinks with the number of draws, so that number is part of the unit.

    Args:
        parameters: (J, …) the start of the search.
        n_draws: K, random draws averaged.
        offset: ε, distance from the start in standard deviations of the parameters.
        on_crops: told after each pass through the network.
    """
    start = _beside(parameters, offset).requires_grad_()
    with torch.enable_grad():
        images = problem.parameterization.to_image(start)
        canvases = images.detach()
        towards = torch.zeros_like(canvases)
        away = [torch.zeros_like(canvases) for _ in problem.penalties]
        for block, first in enumerate(range(0, n_draws, _BLOCK)):
            size = min(_BLOCK, n_draws - first)
            draws = draw_for(problem, canvases, block, for_balance=size)
            found = gradients(problem, canvases, draws)
            towards += found.objective * (size / n_draws)
            for total, penalty in zip(away, found.penalties, strict=True):
                total += penalty * (size / n_draws)
            if on_crops is not None:
                on_crops(len(canvases) * size)
        pulled = _parameter_norm(images, start, towards)
        held = [
            _parameter_norm(images, start, total) * _far(penalty, offset)
            for penalty, total in zip(problem.penalties, away, strict=True)
        ]
    n_jobs = len(canvases)
    penalties = torch.stack(held, 1) if held else canvases.new_zeros(n_jobs, 0)
    return Pull(objective=pulled, penalties=penalties)


def _far(penalty: Penalty, offset: float) -> float:
    """Growth of a squared term's gradient from the offset to where it is compared.

    Near the start such a gradient is as small as the difference, so a balance there
    would give a pull without bound as the offset shrinks.
    """
    return _SQUARED_OFFSET / offset if penalty.is_squared and offset > 0 else 1.0


def _beside(parameters: Tensor, offset: float) -> Tensor:
    """Parameters moved by `offset` of their own standard deviation, at random.

    The direction is the same for every job: of all that is random in a balance it
    matters most (it alone moved b by 2 to 6 % between rng seeds), and a weight in
    units of the balance should mean the same for each.
    """
    shape = parameters.shape[1:]
    noise = _DIRECTION.rng("balance").standard_normal(shape)
    direction = torch.from_numpy(noise).to(parameters)
    spread = parameters.flatten(1).std(1).view(-1, *[1] * len(shape))
    return (parameters + offset * spread * direction).detach()


def _parameter_norm(images: Tensor, parameters: Tensor, pull: Tensor) -> Tensor:
    """(J,) L1 norm of a canvas gradient carried back to the parameters."""
    (gradient,) = torch.autograd.grad(
        images, parameters, grad_outputs=pull, retain_graph=True
    )
    return gradient.flatten(1).abs().sum(1)
