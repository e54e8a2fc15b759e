"""An image as Fourier coefficients that an optimizer moves at a natural pace.

Source: Olah, Mordvintsev & Schubert (2017), Feature Visualization.
    https://distill.pub/2017/feature-visualization
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from generator.parameterization.color import from_rgb, standardized, to_rgb
from generator.parameterization.spectrum import fourier_scale

_NOISE_SD = 0.01


@dataclass(frozen=True, kw_only=True, slots=True)
class Fourier:
    """y = inverse transform of (scale × z) / desaturation, orthonormal."""

    height: int
    width: int

    decay_power: float = 1.0
    """Frequency f is scaled by f to the minus this power."""

    desaturation: float = 5.0
    """Divides every optimizer step."""

    standardize: bool = False
    """Give each image mean 0 and unit variance before the sigmoid (noise starts)."""

    decorrelate: bool = True

    def to_image(self, parameters: Tensor) -> Tensor:
        """(B, 3, H, W // 2 + 1, 2) to (B, 3, H, W) in (0, 1)."""
        channels = self.to_channels(parameters)
        if self.standardize:
            channels = standardized(channels)
        return to_rgb(channels, decorrelate=self.decorrelate)

    def from_image(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) in [0, 1] to (B, 3, H, W // 2 + 1, 2)."""
        return self.from_channels(from_rgb(images, decorrelate=self.decorrelate))

    def to_channels(self, parameters: Tensor) -> Tensor:
        """The channels (B, 3, H, W) before color and sigmoid."""
        spectrum = torch.view_as_complex(parameters) * self._scale(parameters)
        size = (self.height, self.width)  # an odd width is not in the spectrum's shape
        channels: Tensor = torch.fft.irfft2(spectrum, s=size, norm="ortho")
        return channels / self.desaturation

    def from_channels(self, channels: Tensor) -> Tensor:
        """Parameters that give these channels (B, 3, H, W)."""
        spectrum = torch.fft.rfft2(channels * self.desaturation, norm="ortho")
        return torch.view_as_real(spectrum / self._scale(channels))

    def random(self, rngs: list[np.random.Generator]) -> Tensor:
        """(B, 3, H, W // 2 + 1, 2) of normal noise."""
        shape = (3, self.height, self.width // 2 + 1, 2)
        noise = [rng.standard_normal(shape, dtype=np.float32) for rng in rngs]
        return torch.from_numpy(np.stack(noise)) * _NOISE_SD

    def _scale(self, like: Tensor) -> Tensor:
        scale = fourier_scale(self.height, self.width, decay_power=self.decay_power)
        return scale.to(dtype=like.dtype, device=like.device)
