"""How hard each penalty pulls back, step by step."""

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor


class Steering(Protocol):
    """Decides the weight of the penalties while a search goes on."""

    def pull_back(self, distances: Tensor) -> Tensor:
        """(J, K) factor of each penalty's gradient in this step.

        Args:
            distances: (J, K) value of each penalty now, mean over the step's draws.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class FixedPull:
    """The same weights all the way: λ times share times balance."""

    factors: Tensor
    """(J, K)."""

    def pull_back(self, distances: Tensor) -> Tensor:
        """They, whatever the distance."""
        return self.factors
