"""Distance to the seed image at one layer of the network."""

from dataclasses import dataclass

from torch import Tensor

from generator.config import DistanceName
from generator.layers import by_position
from generator.penalties.distances import DISTANCES, without_direction
from generator.penalties.region import position_weights


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LatentPenalty:
    """Mean over positions of a distance between a crop and its seed image's crop."""

    layer: str
    weight: float
    distance: DistanceName

    smoothing: Tensor
    """(J,) δ of the distance, in units of the layer's channel norm."""

    direction: Tensor | None = None
    """(J, C), for `feature_orthogonal`: change along it costs nothing. The direction,
    over channels, of the feature's gradient with respect to this layer, summed over
    the positions of the whole seed image; for a channel or direction at its own layer
    that is the unit vector itself. One direction for a job and not one for each
    position of each crop: it costs nothing per step, and what may move freely does not
    change from crop to crop."""

    grid: tuple[int, int] | None = None
    """Rows and columns of the layer's positions; None where it has none."""

    @property
    def name(self) -> str:
        """What tables call it."""
        return f"{self.distance} at {self.layer}"

    @property
    def is_squared(self) -> bool:
        """It grows with the square of a small difference, not in proportion."""
        return self.distance == "cosine"

    def values(
        self, seen: Tensor, near: Tensor, job: Tensor, weights: Tensor | None = None
    ) -> Tensor:
        """One distance per crop.

        Args:
            seen, near: (b, C, *positions), crops and the same crops of their seed
                images.
            job: (b,) job index of each crop.
            weights: (b, M, M) in [0, 1], how much each place of the crops counts.
                None: all the same. Distances are weighted, not divided by the weights'
                sum: a crop that shows nothing of a region adds nothing.

        Returns:
            (b,).
        """
        flat, flat_near = by_position(seen), by_position(near)  # (b, C, P)
        if self.direction is not None:
            flat = without_direction(flat, flat_near, self.direction[job])
        apart = DISTANCES[self.distance](flat, flat_near, self.smoothing[job])  # (b, P)
        if weights is not None:
            n_positions = apart.shape[1]
            apart = apart * position_weights(weights, self.grid, n_positions)
        return apart.mean(1)


def channel_norm(activations: Tensor) -> Tensor:
    """Root of the mean over positions of the squared channel norm, (B,)."""
    return by_position(activations).square().sum(1).mean(1).sqrt()
