"""The activation that a feature's made pictures share with its exemplars."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generator.goals.growth import StopAt
from generator.goals.levels import Level, natural_range
from generator.goals.target import TARGET_TOLERANCE
from generator.percentiles import percentile_of


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ActivationGoal:
    """A level of activation, and the photographs it is measured against."""

    feature_id: str
    wanted: float
    natural: NDArray[np.float32]
    """(n,) activations of the pool."""

    @classmethod
    def of_exemplars(
        cls,
        feature_id: str,
        exemplars: NDArray[np.float32],
        natural: NDArray[np.float32],
    ) -> "ActivationGoal":
        """The median of a feature's exemplars.

        Raises:
            ConfigError: the feature responds alike to every photograph.
        """
        natural_range(natural, feature=feature_id)  # refuses what has no range
        return cls(
            feature_id=feature_id, wanted=float(np.median(exemplars)), natural=natural
        )

    @property
    def level(self) -> Level:
        return Level(kind="value", amount=self.wanted)

    @property
    def natural_range(self) -> float:
        """From the 0.1th to the 99.9th percentile of the pool."""
        return natural_range(self.natural, feature=self.feature_id)

    @property
    def stop(self) -> StopAt:
        """Where a search that starts from noise ends."""
        tolerance = TARGET_TOLERANCE / 5 * self.natural_range
        return StopAt(activation=self.wanted, tolerance=tolerance)

    @property
    def key(self) -> list[float]:
        """What a made picture depends on."""
        return [self.wanted, self.natural_range]

    def is_met_by(self, activation: float) -> bool:
        """Within one percent of the natural range."""
        return self._error(activation) <= TARGET_TOLERANCE

    def facts(self, activation: float) -> dict[str, Any]:
        """What a record says of the goal."""
        return {
            "wanted": self.wanted,
            "natural_range": self.natural_range,
            "error": self._error(activation),
        }

    def complaint(self, activation: float) -> str:
        """How far a picture misses the goal, with what to do."""
        wanted, found = percentile_of(
            np.array([self.wanted, activation], dtype=np.float32), self.natural
        )
        return (
            f"its activation must be {self.wanted:.4g} (percentile {wanted:.1f}, the "
            f"median of the exemplars); it reaches {activation:.4g} (percentile "
            f"{found:.1f}). Give it more steps or a lower regularization_weight, leave "
            "the feature out, or set matching.activation = false"
        )

    def _error(self, activation: float) -> float:
        """Distance from the goal, as a share of the natural range."""
        return abs(activation - self.wanted) / self.natural_range
