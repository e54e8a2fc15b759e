"""Total variation: how much neighbouring pixels differ."""

from dataclasses import dataclass

from torch import Tensor

_SMOOTHING = 1e-3
"""A quarter of one step of 8 bits: areas this flat count as flat."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class TotalVariationPenalty:
    """Mean over pixels and colors of √(Δ_down² + Δ_right² + δ²) − δ.

    Of the picture itself and not of its difference to the seed image: it holds back
    texture, wherever that comes from.

    Source: Rudin, Osher & Fatemi (1992), Nonlinear total variation based noise removal
        algorithms; Mahendran & Vedaldi (2015), arXiv 1412.0035.
    """

    weight: float

    canvas_weights: Tensor | None = None
    """(J, H, W) in [0, 1]: how much each pixel counts. None: all the same."""

    layer: None = None
    name: str = "total_variation"
    is_squared: bool = False

    def values(self, canvases: Tensor, seed_images: Tensor) -> Tensor:
        """(J, 3, H, W) in [0, 1] to (J,); the seed images play no part."""
        here = canvases[..., :-1, :-1]
        down = canvases[..., 1:, :-1] - here
        right = canvases[..., :-1, 1:] - here
        squared = down.square() + right.square() + _SMOOTHING**2
        variation = (squared.sqrt() - _SMOOTHING).mean(1)  # (J, H - 1, W - 1)
        if self.canvas_weights is not None:
            variation = variation * self.canvas_weights[:, :-1, :-1]
        return variation.mean((1, 2))
