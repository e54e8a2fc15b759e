"""An image as a pyramid of details, each level half as fine as the one before.

Source: Burt & Adelson (1983), The Laplacian Pyramid as a Compact Image Code; as a
    parameterization, Mordvintsev, Olah & Tyka (2015), Inceptionism.
"""

from dataclasses import dataclass
from functools import cache
from math import ceil, prod

import numpy as np
import torch
from torch import Tensor

from generator.parameterization.color import from_rgb, standardized, to_rgb
from generator.parameterization.spectrum import fourier_scale
from generator.search.line_weights import dense_weights, half_pixel

_NOISE_SD = 0.01
_COARSEST_PX = 4
"""Levels end when a side is at most this long."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Laplacian:
    """y = sum over levels of weight × enlarged z, over the desaturation.

    Levels move at the pace of the octaves of `Fourier`: each coarser one 2 to the power
    of `decay_power` - 1 times as much, all together as much in root-mean-square.
    """

    height: int
    width: int

    decay_power: float = 1.0
    desaturation: float = 5.0
    """Divides every optimizer step."""

    standardize: bool = False
    """Give each image mean 0 and unit variance before the sigmoid (noise starts)."""

    decorrelate: bool = True

    def to_image(self, parameters: Tensor) -> Tensor:
        """(B, N) to (B, 3, H, W) in (0, 1)."""
        sizes, weights = self._sizes(), self._weights()
        parts = torch.split(parameters, [3 * prod(size) for size in sizes], dim=1)
        details = [
            weight * part.reshape(-1, 3, *size)
            for size, weight, part in zip(sizes, weights, parts, strict=True)
        ]
        total = details.pop()
        while details:
            finer = details.pop()
            total = _resized(total, (finer.shape[-2], finer.shape[-1])) + finer
        channels = total / self.desaturation
        if self.standardize:
            channels = standardized(channels)
        return to_rgb(channels, decorrelate=self.decorrelate)

    def from_image(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) in [0, 1] to (B, N), finest level first."""
        left = from_rgb(images, decorrelate=self.decorrelate) * self.desaturation
        sizes, weights = self._sizes(), self._weights()
        parts = []
        for finer, coarser, weight in zip(sizes, sizes[1:], weights, strict=False):
            smaller = _resized(left, coarser)
            parts.append((left - _resized(smaller, finer)) / weight)
            left = smaller
        parts.append(left / weights[-1])
        return torch.cat([part.flatten(1) for part in parts], dim=1)

    def random(self, rngs: list[np.random.Generator]) -> Tensor:
        """(B, N) of normal noise."""
        count = sum(3 * prod(size) for size in self._sizes())
        noise = [rng.standard_normal(count, dtype=np.float32) for rng in rngs]
        return torch.from_numpy(np.stack(noise)) * _NOISE_SD

    def _sizes(self) -> list[tuple[int, int]]:
        """Height and width of each level, finest first."""
        sizes = [(self.height, self.width)]
        while min(sizes[-1]) > _COARSEST_PX:
            sizes.append((ceil(sizes[-1][0] / 2), ceil(sizes[-1][1] / 2)))
        return sizes

    def _weights(self) -> list[float]:
        n_levels = len(self._sizes())
        rising = [2.0 ** (i * (self.decay_power - 1)) for i in range(n_levels)]
        scale = fourier_scale(self.height, self.width, decay_power=self.decay_power)
        wanted = scale.square().mean().sqrt().item()
        pace = wanted / sum(weight**2 for weight in rising) ** 0.5
        return [pace * weight for weight in rising]


def _resized(channels: Tensor, size: tuple[int, int]) -> Tensor:
    """(B, 3, H, W) to (B, 3, *size), antialiased bilinear."""
    rows = _matrix(channels.shape[-2], size[0]).to(channels)
    columns = _matrix(channels.shape[-1], size[1]).to(channels)
    return rows @ channels @ columns.mT


@cache
def _matrix(n_source: int, n_out: int) -> Tensor:
    start, length = torch.tensor(0.0), torch.tensor(float(n_source))
    return dense_weights(half_pixel(start, length, n_source, n_out))
