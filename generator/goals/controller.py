"""Finds the pull that keeps a search at a given distance from its seed image."""

from dataclasses import dataclass

import torch
from torch import Tensor

_GAIN = 0.1
"""The logarithm of the multiplier moves by at most this much in a step."""

_MEMORY = 0.9
"""Share of the moving average that stays from step to step."""

IDLE_BELOW = 1e-3
"""A multiplier below this hardly holds anything back."""


@dataclass(kw_only=True, slots=True)
class Controller:
    """μ ← μ exp(0.1 clip(d̄ / D − 1, ±1)), with d̄ a moving average of the distance."""

    budget: float
    """D."""

    multiplier: Tensor
    """(J,) μ, starts at 1."""

    average: Tensor | None = None
    """(J,) d̄; None before the first measurement."""

    @classmethod
    def start(cls, budget: float, *, like: Tensor) -> "Controller":
        """For J jobs; `like` (J, …) gives number format and device."""
        ones = torch.ones(len(like), dtype=like.dtype, device=like.device)
        return cls(budget=budget, multiplier=ones)

    def update(self, distance: Tensor) -> None:
        """Take in the distances (J,) measured in one step."""
        if self.average is None:
            self.average = distance
        self.average = _MEMORY * self.average + (1 - _MEMORY) * distance
        excess = (self.average / self.budget - 1).clamp(-1, 1)
        self.multiplier = self.multiplier * (_GAIN * excess).exp()
