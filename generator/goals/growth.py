"""Searches that start from noise: all their steps, or up to an activation."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from generator.activations import feature_activations
from generator.features import Feature
from generator.goals.stopping import search_until
from generator.photographs import quantize
from generator.search.opacity import OpacityAccumulator
from generator.search.optimize import OnIterate, optimize
from generator.search.problem import OnCrops, Problem
from generator.search.steering import Steering


@dataclass(frozen=True, kw_only=True, slots=True)
class StopAt:
    """An activation that pictures shall have."""

    activation: float
    """Of the whole, un-augmented picture."""

    tolerance: float
    """Error that is near enough."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Grown:
    """Where the pictures of a batch ended."""

    parameters: Tensor
    """(J, …)."""

    opacity: OpacityAccumulator
    n_steps: list[int]

    is_finite: list[bool]
    """Of each job; another one has left the numbers and has no picture."""


def grow(
    problem: Problem,
    features: Sequence[Feature],
    start: Tensor,
    *,
    stop: StopAt | None,
    steering: Steering,
    on_iterate: OnIterate,
    on_crops: OnCrops | None,
) -> Grown:
    """Take all steps, or those up to the activation that is wanted.

    Args:
        features: of each job.
        stop: a picture that never comes so far is the highest on its way.
    """
    if stop is None:
        end = optimize(
            problem,
            start,
            steering=steering,
            on_iterate=on_iterate,
            on_crops=on_crops,
            keep_broken=True,
        )
        return Grown(
            parameters=end.parameters,
            opacity=end.opacity,
            n_steps=[end.n_steps] * len(start),
            is_finite=end.is_finite.tolist(),
        )

    def measure(parameters: Tensor) -> Tensor:
        with torch.no_grad():
            images = quantize(problem.parameterization.to_image(parameters))
        found = feature_activations(problem.network, images, features)
        return found.diagonal().double()

    reached = search_until(
        problem,
        start,
        steering=steering,
        measure=measure,
        wanted=[stop.activation] * len(start),
        tolerance=[stop.tolerance] * len(start),
        on_iterate=on_iterate,
        on_crops=on_crops,
        keep_broken=True,
    )
    return Grown(
        parameters=reached.at_level.parameters,
        opacity=reached.at_level.opacity,
        n_steps=[stand.n_steps for stand in reached.at_level.stands],
        is_finite=reached.is_finite,
    )
