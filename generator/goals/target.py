"""What became of a level of activation that was asked for. No torch."""

from dataclasses import dataclass
from typing import Literal

from generator.goals.levels import Level

TARGET_TOLERANCE = 0.01
"""Share of the natural range by which a picture may miss its level."""

TargetFlag = Literal["target_not_reached"]


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetFacts:
    """A level, and how near to it the saved picture comes."""

    asked: Level

    wanted: float
    """The level in the activation's own units."""

    achieved: float
    """Activation of the saved picture, whole and un-augmented."""

    natural_range: float
    """From the 0.1th to the 99.9th percentile of the natural activations."""

    @property
    def error(self) -> float:
        """Distance from the level, as a share of the natural range."""
        return abs(self.achieved - self.wanted) / self.natural_range

    @property
    def flag(self) -> TargetFlag | None:
        """None: within one percent of the natural range."""
        return None if self.error <= TARGET_TOLERANCE else "target_not_reached"
