"""What holds a search near its seed images: terms that are subtracted."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from torch import Tensor


class Penalty(Protocol):
    """One term of the whole: λ · weight · b · distance is subtracted."""

    @property
    def name(self) -> str:
        """What tables call it."""
        ...

    @property
    def weight(self) -> float:
        """Share of the whole; 1 pulls as hard as λ says."""
        ...

    @property
    def is_squared(self) -> bool:
        """It grows with the square of a small difference, not in proportion."""
        ...


class LatentTerm(Penalty, Protocol):
    """A distance between what a layer sees of a picture and of its seed image."""

    @property
    def layer(self) -> str: ...

    def values(
        self,
        seen: "Tensor",
        near: "Tensor",
        job: "Tensor",
        weights: "Tensor | None" = None,
    ) -> "Tensor":
        """One distance per crop.

        Args:
            seen, near: (b, C, *positions) activations of crops of the pictures, and of
                the same crops of their seed images.
            job: (b,) which job each crop belongs to.
            weights: (b, M, M) in [0, 1], how much each place of the crops counts.
                None: all the same.

        Returns:
            (b,), zero where both are equal.
        """
        ...


class CanvasTerm(Penalty, Protocol):
    """A cost of the whole picture itself."""

    def values(self, canvases: "Tensor", seed_images: "Tensor") -> "Tensor":
        """One value per job, (J,), for canvases (J, 3, H, W) in [0, 1]."""
        ...
