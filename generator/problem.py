"""What a search climbs and what holds it back: gradients for a batch of jobs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from generator.activations import Unit
from generator.config import SearchConfig
from generator.layers import layer_activations
from generator.networks import Network
from generator.objectives import unit_scores
from generator.parameterization import Parameterization
from generator.regularization import smoothed_distance
from generator.streams import JobStreams
from generator.transforms import Draws, draw

OnCrops = Callable[[int], None]
"""Told of progress: so many more crops went through the network."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Anchor:
    """The seed images a search is held near to, and how."""

    seed_images: Tensor
    """(J, 3, H, W) in [0, 1]."""

    layer: str
    """Where the distance is taken."""

    smoothing: Tensor
    """(J,) δ of the smoothed distance."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Problem:
    """J jobs that are searched together; each keeps its own chance and result."""

    network: Network
    parameterization: Parameterization
    units: Sequence[Unit]
    streams: list[JobStreams]
    config: SearchConfig
    anchor: Anchor | None
    """None: no penalty."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Gradients:
    """Of one set of draws, with respect to the canvases, (J, 3, H, W)."""

    objective: Tensor
    penalty: Tensor | None


def draw_for(
    problem: Problem, canvases: Tensor, step: int, *, for_balance: int | None = None
) -> Draws:
    """The draws of one step, fitting these canvases (J, 3, H, W)."""
    height, width = canvases.shape[-2:]
    return draw(
        problem.streams,
        problem.config,
        step=step,
        input_px=problem.network.preprocessing.input_px,
        canvas_size=(height, width),
        like=canvases,
        for_balance=for_balance,
    )


def gradients(problem: Problem, canvases: Tensor, draws: Draws) -> Gradients:
    """∂A/∂canvas and ∂d/∂canvas, each summed over nothing but its own job.

    The seed images go only as deep as the penalty's layer, without gradient, through
    the same draws; the penalty's backward pass starts at that layer.
    """
    anchor = problem.anchor
    names = {unit.layer for unit in problem.units}
    if anchor is None:
        leaf, seen = _look(problem, canvases, draws, names)
        score = unit_scores(seen, problem.units)
        return Gradients(objective=_gradient(score, leaf), penalty=None)
    with torch.no_grad():
        _, near = _look(problem, anchor.seed_images, draws, {anchor.layer})
    leaf, seen = _look(problem, canvases, draws, names | {anchor.layer})
    score = unit_scores(seen, problem.units)
    distance = smoothed_distance(
        seen[anchor.layer],
        near[anchor.layer],
        anchor.smoothing,
        n_jobs=len(canvases),
    )
    towards = _gradient(score, leaf, keep_graph=True)
    return Gradients(objective=towards, penalty=_gradient(distance, leaf))


def _look(
    problem: Problem, canvases: Tensor, draws: Draws, names: set[str]
) -> tuple[Tensor, dict[str, Tensor]]:
    """The canvases as a leaf of the graph, and the activations of their crops."""
    leaf = canvases.detach().requires_grad_(torch.is_grad_enabled())
    crops = draws.to_network(leaf, problem.network.preprocessing)
    crops = crops.contiguous(memory_format=torch.channels_last)  # faster convolutions
    return leaf, layer_activations(problem.network.module, crops, names)


def _gradient(values: Tensor, leaf: Tensor, *, keep_graph: bool = False) -> Tensor:
    (gradient,) = torch.autograd.grad(values.sum(), leaf, retain_graph=keep_graph)
    return gradient
