"""Stretches of a line and their bands of weights, for tests."""

import torch
from torch import Tensor

from generator.search.bands import Bands
from generator.search.line_weights import Edge, half_pixel

N_SOURCE = 200
N_OUT = 90  # not a multiple of any block
SINGLE = torch.zeros(1)


def stretches_of(n_jobs: int = 2, edge: Edge = "inside") -> tuple[Tensor, Tensor]:
    """Sides of 20 to 99 % of the line, anywhere on it (beyond it for open ends)."""
    chance = torch.Generator().manual_seed(3)
    side = 0.2 + 0.79 * torch.rand(n_jobs, 3, generator=chance, dtype=torch.double)
    free = 1 - side
    start = torch.rand(n_jobs, 3, generator=chance, dtype=torch.double) * free
    if edge != "inside":
        start = start - 0.1
    return start * N_SOURCE, side * N_SOURCE


def bands_of(edge: Edge = "inside", *, like: Tensor = SINGLE) -> Bands:
    start, length = stretches_of(edge=edge)
    return Bands.of(half_pixel(start, length, N_SOURCE, N_OUT, edge), like=like)
