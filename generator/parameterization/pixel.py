"""An image as its own decorrelated pixels."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from generator.parameterization.color import from_rgb, standardized, to_rgb

_NOISE_SD = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class Pixel:
    """y = z / desaturation, for each decorrelated channel y of each pixel."""

    height: int
    width: int

    desaturation: float = 5.0
    """Divides every optimizer step."""

    standardize: bool = False
    """Give each image mean 0 and unit variance before the sigmoid (noise starts)."""

    decorrelate: bool = True

    def to_image(self, parameters: Tensor) -> Tensor:
        """(B, 3, H, W) to (B, 3, H, W) in (0, 1)."""
        channels = parameters / self.desaturation
        if self.standardize:
            channels = standardized(channels)
        return to_rgb(channels, decorrelate=self.decorrelate)

    def from_image(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) in [0, 1] to (B, 3, H, W)."""
        return from_rgb(images, decorrelate=self.decorrelate) * self.desaturation

    def random(self, rngs: list[np.random.Generator]) -> Tensor:
        """(B, 3, H, W) of normal noise."""
        shape = (3, self.height, self.width)
        noise = [rng.standard_normal(shape, dtype=np.float32) for rng in rngs]
        return torch.from_numpy(np.stack(noise)) * _NOISE_SD
