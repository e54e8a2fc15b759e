"""How far from its seed image a picture may go. No torch."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

from generator.errors import ConfigError
from generator.goals.kind_and_number import read_kind_and_number

BudgetKind = Literal["latent", "latent_relative", "pixel_rmse", "ssim"]
"""`latent`: mean channel norm of the difference at the first regularization layer,
over random crops. `latent_relative`: the same over the seed image's own mean norm.
`pixel_rmse`: root mean squared difference of the pixels, image units 0 to 1. `ssim`:
1 minus the structural similarity."""

BUDGET_TOLERANCE = 0.05
"""Share of the budget by which a picture may miss it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DistanceBudget:
    """The distance at which a search shall end."""

    kind: BudgetKind
    distance: float

    def __post_init__(self) -> None:
        if self.kind not in get_args(BudgetKind):
            raise ConfigError(
                f"a distance budget is of kind {', '.join(get_args(BudgetKind))}; "
                f"got {self.kind!r}"
            )
        if not math.isfinite(self.distance) or self.distance <= 0:
            raise ConfigError(
                f"a distance budget must be above 0; got {self.distance:g}"
            )
        if self.kind in {"pixel_rmse", "ssim"} and self.distance >= 1:
            raise ConfigError(
                f"a budget of {self.kind} must be below 1, where nothing of the seed "
                f"image is left; got {self.distance:g}"
            )

    @classmethod
    def parse(cls, text: str) -> "DistanceBudget":
        """From KIND=DISTANCE, e.g. `latent_relative=0.3`.

        Raises:
            ConfigError: it is written differently, or its number is out of range.
        """
        kind, distance = read_kind_and_number(
            text,
            how="a distance budget is written KIND=DISTANCE, e.g. latent_relative=0.3",
        )
        return cls(kind=kind, distance=distance)

    def __str__(self) -> str:
        return f"{self.kind}={self.distance:g}"

    def is_met_by(self, distance: float) -> bool:
        """Within five percent."""
        return abs(distance / self.distance - 1) <= BUDGET_TOLERANCE
