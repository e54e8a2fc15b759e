"""Mean squared difference of the pixels."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PixelPenalty:
    """Mean over pixels and colors of the squared difference to the seed image.

    Source: Horama 0.3, where pixel values run from -2.5 to 2.5.
    """

    weight: float

    range_width: float = 5.0
    """Width of the range in which pixel values are compared."""

    canvas_weights: Tensor | None = None
    """(J, H, W) in [0, 1]: how much each pixel counts. None: all the same."""

    layer: None = None
    name: str = "pixel"
    is_squared: bool = True

    def values(self, canvases: Tensor, seed_images: Tensor) -> Tensor:
        """(J, 3, H, W) in [0, 1], twice, to (J,)."""
        squared = (self.range_width * (canvases - seed_images)).square().mean(1)
        if self.canvas_weights is not None:
            squared = squared * self.canvas_weights
        return squared.mean((1, 2))
