"""How far pictures are from their seed images, in each unit a budget can have.

Pictures are measured as they would be saved, in 256 levels.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from generator.capture import layer_activations
from generator.goals.budget import BudgetKind
from generator.metrics import structural_similarity_to
from generator.search.problem import Problem, draw_for
from generator.search.transforms import Draws

_BLOCK = 8
"""Draws in one pass."""

_BLOCKS_ON_THE_WAY = 1
_BLOCKS_AT_THE_END = 8
"""64 draws: what a latent budget is measured with."""


class Meter(Protocol):
    """A distance to the seed images."""

    def measure(self, canvases: Tensor) -> Tensor:
        """(J, 3, H, W) in [0, 1] to (J,)."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PixelMeter:
    """Root mean squared difference of the pixels, 0 to 1."""

    seed_images: Tensor
    """(J, 3, H, W) in [0, 1]."""

    def measure(self, canvases: Tensor) -> Tensor:
        """(J, 3, H, W) in [0, 1] to (J,)."""
        return (canvases - self.seed_images).square().mean((1, 2, 3)).sqrt()


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class StructureMeter:
    """1 minus the structural similarity, 0 for equal pictures."""

    seed_images: Tensor
    """(J, 3, H, W) in [0, 1]."""

    def measure(self, canvases: Tensor) -> Tensor:
        """(J, 3, H, W) in [0, 1] to (J,)."""
        pairs = zip(canvases, self.seed_images, strict=True)
        similarity = [structural_similarity_to(ours, theirs) for ours, theirs in pairs]
        return 1 - canvases.new_tensor(similarity)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LatentMeter:
    """Mean channel norm of the difference at one layer, over fixed random draws."""

    seed_images: Tensor
    """(J, 3, H, W) in [0, 1]."""

    look: Callable[[Tensor, Draws], Tensor]
    """Canvases to the activations of their crops, (J * T, C, *positions)."""

    draw: Callable[[int], Draws]
    """The draws of a block; the same whenever it is asked for."""

    n_blocks: int

    is_relative: bool
    """Divide by the seed images' own mean channel norm over the same draws."""

    def measure(self, canvases: Tensor) -> Tensor:
        """(J, 3, H, W) in [0, 1] to (J,)."""
        apart = canvases.new_zeros(len(canvases))
        own = torch.zeros_like(apart)
        for block in range(self.n_blocks):
            draws = self.draw(block)
            near = self.look(self.seed_images, draws)
            apart += _mean_norm(self.look(canvases, draws) - near, len(canvases))
            own += _mean_norm(near, len(canvases))
        if not self.is_relative:
            return apart / self.n_blocks
        return torch.where(own > 0, apart / own.where(own > 0, 1.0), 0.0)


def meter_for(
    kind: BudgetKind, problem: Problem, *, layer: str, at_the_end: bool
) -> Meter:
    """The meter of a kind of budget for the jobs of a problem.

    Args:
        layer: where latent distances are taken.
        at_the_end: with all 64 evaluation draws; otherwise with their first 8.
    """
    seeds = problem.seed_images
    if kind == "pixel_rmse":
        return PixelMeter(seed_images=seeds)
    if kind == "ssim":
        return StructureMeter(seed_images=seeds)

    def look(canvases: Tensor, draws: Draws) -> Tensor:
        with torch.no_grad():
            crops = draws.to_network(canvases, problem.network.preprocessing)
            return layer_activations(problem.network, crops, {layer})[layer]

    return LatentMeter(
        seed_images=seeds,
        look=look,
        draw=lambda block: draw_for(problem, seeds, block, for_evaluation=_BLOCK),
        n_blocks=_BLOCKS_AT_THE_END if at_the_end else _BLOCKS_ON_THE_WAY,
        is_relative=kind == "latent_relative",
    )


def _mean_norm(activations: Tensor, n_jobs: int) -> Tensor:
    """Mean over draws and positions of the norm over channels, (J,)."""
    norm: Tensor = activations.norm(dim=1)
    return norm.reshape(n_jobs, -1).mean(1)
