"""An image as its own decorrelated pixels."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from generator.color import from_rgb, to_rgb

_NOISE_SD = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class Pixel:
    """y = z / desaturation, for each decorrelated channel y of each pixel."""

    height: int
    width: int

    desaturation: float = 5.0
    """Divides every optimizer step."""

    decorrelate: bool = True

    def to_image(self, parameters: Tensor) -> Tensor:
        """(B, 3, H, W) to (B, 3, H, W) in (0, 1)."""
        return to_rgb(parameters / self.desaturation, decorrelate=self.decorrelate)

    def from_image(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) in [0, 1] to (B, 3, H, W)."""
        return from_rgb(images, decorrelate=self.decorrelate) * self.desaturation

    def random(self, rngs: list[np.random.Generator]) -> Tensor:
        """(B, 3, H, W) of normal noise."""
        shape = (3, self.height, self.width)
        noise = [rng.standard_normal(shape, dtype=np.float32) for rng in rngs]
        return torch.from_numpy(np.stack(noise)) * _NOISE_SD
