"""What holds a search near its seed images: terms that are subtracted."""

from typing import Protocol

from torch import Tensor


class LatentPenalty(Protocol):
    """A distance between what a layer sees of a picture and of its seed image."""

    @property
    def layer(self) -> str: ...

    @property
    def weight(self) -> float:
        """Share of the whole; 1 pulls as hard as λ says."""
        ...

    def values(self, seen: Tensor, near: Tensor, job: Tensor) -> Tensor:
        """One distance per crop.

        Args:
            seen, near: (b, C, *positions) activations of crops of the pictures, and of
                the same crops of their seed images.
            job: (b,) which job each crop belongs to.

        Returns:
            (b,), zero where both are equal.
        """
        ...


class CanvasPenalty(Protocol):
    """A cost of the whole picture itself."""

    @property
    def weight(self) -> float: ...

    def values(self, canvases: Tensor, seed_images: Tensor) -> Tensor:
        """One value per job, (J,), for canvases (J, 3, H, W) in [0, 1]."""
        ...
