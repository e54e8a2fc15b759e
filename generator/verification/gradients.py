"""Is the gradient that the search follows the gradient of what it claims to climb?

Everything here runs on a float64 copy of the network. Networks with ReLUs have kinks,
and a finite difference that straddles one is wrong where the gradient is right. In a
random direction of 10⁵ parameters a network with millions of ReLUs meets some at any
step that float64 can resolve. So the directions are the gradient itself with each
coefficient weighted at random from 0 to 2: the loss changes hundreds of times as much
for the same movement of each ReLU. The step is tiny, and of several directions the
median error counts: a wrong gradient is wrong in every direction, a kink in few.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median
from typing import get_args

import torch
from torch import Tensor

from generator.capture import layer_activations, undisturbed
from generator.parameterization.choice import for_images
from generator.penalties.latent import LatentPenalty
from generator.search.choices import ParameterizationName
from generator.search.problem import Gradients, Problem, draw_for, gradients
from generator.search.transforms import Draws
from generator.verification.check import Bound, Measured, Rule
from generator.verification.searches import posed
from generator.verification.subject import Subject

_N_DIRECTIONS = 3
_OFFSET = 0.1
"""Of the parameters' standard deviation: where the distance is no longer zero."""

_STEP = 1e-7
"""Length of the movement of all parameters together, in their standard deviations."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Pose:
    """Two jobs at one place of their search, with one set of draws, in float64."""

    problem: Problem
    parameters: Tensor
    draws: Draws

    pull: Tensor
    """(J, K) weights with which penalty and objective count alike."""

    rng: torch.Generator

    def production(self) -> tuple[Gradients, Tensor]:
        """The gradients of the search, and what they are in parameters."""
        leaf = self.parameters.detach().requires_grad_()
        with torch.enable_grad():
            images = self.problem.parameterization.to_image(leaf)
            found = gradients(self.problem, images.detach(), self.draws)
            uphill = found.combined(self.pull)
            (slope,) = torch.autograd.grad(images, leaf, grad_outputs=uphill)
        return found, slope

    def loss(self, parameters: Tensor) -> Tensor:
        """λ b d − A, written plainly: both pictures through the whole network."""
        problem = self.problem
        names = {penalty.layer for penalty in problem.latent}.union(
            *(objective.layers for objective in problem.objectives)
        )

        def seen(canvases: Tensor) -> dict[str, Tensor]:
            crops = self.draws.to_network(canvases, problem.network.preprocessing)
            return layer_activations(problem.network, crops, names)

        here = seen(problem.parameterization.to_image(parameters))
        near = seen(problem.seed_images)
        n_jobs, n_draws = self.draws.shape
        of_crop = torch.arange(n_jobs, device=parameters.device)
        of_crop = of_crop.repeat_interleave(n_draws)
        total = parameters.new_zeros(())
        for k, penalty in enumerate(problem.latent):
            values = penalty.values(here[penalty.layer], near[penalty.layer], of_crop)
            total = total + (values * self.pull[of_crop, k]).sum() / n_draws
        for job, objective in enumerate(problem.objectives):
            own = {name: here[name][of_crop == job] for name in objective.layers}
            total = total - objective(own).mean()
        return total


def pose_of(subject: Subject, name: ParameterizationName) -> Pose:
    """The subject's output feature and its channel, a little off their seed images."""
    config = subject.config(parameterization=name, draws_per_step=2, balance_draws=1)
    problem = posed(subject.network, subject.jobs(2), config).problem
    seeds = problem.seed_images.double().clamp(1e-3, 1 - 1e-3)
    problem = Problem(
        network=subject.double,
        parameterization=for_images(config, seeds),
        objectives=problem.objectives,
        streams=problem.streams,
        config=config,
        seed_images=seeds,
        latent=[
            replace(one, smoothing=one.smoothing.double())
            for one in problem.latent
            if isinstance(one, LatentPenalty)
        ],
    )
    start = problem.parameterization.from_image(seeds)
    rng = torch.Generator().manual_seed(subject.rng_seed)
    beside = start + _OFFSET * start.std() * noise_like(start, rng)
    draws = draw_for(problem, seeds, 0)
    there = problem.parameterization.to_image(beside).detach()
    found = gradients(problem, there, draws)
    size = found.objective.flatten(1).abs().sum(1)  # (J,)
    pull = torch.stack([size / g.flatten(1).abs().sum(1) for g in found.penalties], 1)
    return Pose(problem=problem, parameters=beside, draws=draws, pull=pull, rng=rng)


def noise_like(parameters: Tensor, rng: torch.Generator) -> Tensor:
    """Normal noise of a shape, format and device."""
    return torch.randn(parameters.shape, generator=rng, dtype=torch.float64).to(
        parameters
    )


def uniform_like(parameters: Tensor, rng: torch.Generator) -> Tensor:
    """Weights from 0 to 2 of a shape, format and device."""
    weights = 2 * torch.rand(parameters.shape, generator=rng, dtype=torch.float64)
    return weights.to(parameters)


def _against_differences(name: ParameterizationName) -> Callable[[Subject], Measured]:
    def measure(subject: Subject) -> Measured:
        errors = []
        with undisturbed(subject.double.module):
            pose = pose_of(subject, name)
            _, slope = pose.production()
            step = _STEP * float(pose.parameters.std())
            for _ in range(_N_DIRECTIONS):
                direction = slope * uniform_like(slope, pose.rng)
                direction = direction / direction.norm()
                with torch.no_grad():
                    ahead = pose.loss(pose.parameters + step * direction)
                    behind = pose.loss(pose.parameters - step * direction)
                numeric = float(ahead - behind) / (2 * step)
                ours = float((slope * direction).sum())
                errors.append(abs(ours - numeric) / abs(numeric))
        worst = max(errors)
        return Measured(
            value=median(errors),
            detail=f"{_N_DIRECTIONS} directions uphill in float64; worst {worst:.1e}",
        )

    return measure


def _against_plain(subject: Subject) -> Measured:
    with undisturbed(subject.double.module):
        pose = pose_of(subject, "fourier")
        _, lean = pose.production()
        leaf = pose.parameters.detach().requires_grad_()
        with torch.enable_grad():
            (plain,) = torch.autograd.grad(pose.loss(leaf), leaf)
    return Measured(
        value=float((lean - plain).norm() / plain.norm()),
        detail="relative norm of the difference of the parameter gradients, float64",
    )


RULES = (
    *(
        Rule(
            id=f"gradient.{name}",
            target="A1",
            sentence="The gradient of objective and penalty, through crops and "
            f"`{name}` parameters, is off finite differences by a fraction of value.",
            bound=Bound(high=1e-5),
            measure=_against_differences(name),
        )
        for name in get_args(ParameterizationName)
    ),
    Rule(
        id="lean_step",
        target="B1",
        sentence="The gradient of the short cut, in which a penalty's backward pass "
        "starts at its layer, is off the plain one by a fraction of value.",
        bound=Bound(high=1e-6),
        measure=_against_plain,
    ),
)
