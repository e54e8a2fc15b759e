"""Fourier coefficients of a larger, partly hidden canvas: borders do not wrap round.

A Fourier picture joins its left edge to its right one. Here the picture is a window
in the middle of a larger canvas, so what joins lies out of sight.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

from generator.parameterization.color import from_rgb, standardized, to_rgb
from generator.parameterization.fourier import Fourier
from generator.parameterization.fourier_phase import FourierPhase
from generator.parameterization.natural_spectrum import shipped_spectrum
from generator.streams import JobStreams

_SEAM_FRACTION = 1 / 50
"""Sd of the seam between picture and border, fraction of the picture's height."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BorderedFourier:
    """The middle of a larger `Fourier` picture."""

    height: int
    width: int

    hidden: Fourier
    """Of the larger canvas; its color settings are the picture's."""

    standardize: bool = False
    """Give each picture mean 0 and unit variance before the sigmoid (noise starts)."""

    @classmethod
    def around(
        cls,
        height: int,
        width: int,
        *,
        border_factor: float,
        decay_power: float = 1.0,
        desaturation: float = 5.0,
        standardize: bool = False,
        decorrelate: bool = True,
    ) -> "BorderedFourier":
        """With a hidden canvas `border_factor` times as high and wide."""
        hidden = Fourier(
            height=round(height * border_factor),
            width=round(width * border_factor),
            decay_power=decay_power,
            desaturation=desaturation,
            decorrelate=decorrelate,
        )
        return cls(height=height, width=width, hidden=hidden, standardize=standardize)

    def to_image(self, parameters: Tensor) -> Tensor:
        """(B, 3, H', W' // 2 + 1, 2) to the middle, (B, 3, H, W) in (0, 1)."""
        top, left = self._corner()
        whole = self.hidden.to_channels(parameters)
        channels = whole[..., top : top + self.height, left : left + self.width]
        if self.standardize:
            channels = standardized(channels)
        return to_rgb(channels, decorrelate=self.hidden.decorrelate)

    def from_image(self, images: Tensor) -> Tensor:
        """The pictures (B, 3, H, W) in [0, 1] on a border of noise.

        The border has the picture's own mean and sd in each channel, and the same
        noise for every picture; the picture's edge fades into it outside the picture.
        """
        channels = from_rgb(images, decorrelate=self.hidden.decorrelate)
        top, left = self._corner()
        below = self.hidden.height - self.height - top
        beside = self.hidden.width - self.width - left
        extended = pad(channels, (left, beside, top, below), mode="replicate")
        spread = channels.std((2, 3), keepdim=True)
        noise = self._border_noise(images) * spread + channels.mean(
            (2, 3), keepdim=True
        )
        seam = self._seam(images)  # 1 in the picture, falling to 0 around it
        return self.hidden.from_channels(extended * seam + noise * (1 - seam))

    def random(self, rngs: list[np.random.Generator]) -> Tensor:
        """Parameters of a whole canvas of noise for each generator."""
        return self.hidden.random(rngs)

    def _corner(self) -> tuple[int, int]:
        return (
            (self.hidden.height - self.height) // 2,
            (self.hidden.width - self.width) // 2,
        )

    def _seam(self, like: Tensor) -> Tensor:
        """(H', W') weight of the picture: a Gaussian of the distance to it."""
        top, left = self._corner()
        down = _distance(self.hidden.height, top, self.height)
        across = _distance(self.hidden.width, left, self.width)
        squared = down[:, None].square() + across[None, :].square()
        sd = _SEAM_FRACTION * self.height
        return torch.exp(-squared / (2 * sd**2)).to(like)

    def _border_noise(self, like: Tensor) -> Tensor:
        """(1, 3, H', W') with the spectrum of photographs; mean 0 and sd 1."""
        size = (self.hidden.height, self.hidden.width)
        phases = FourierPhase(
            magnitude=shipped_spectrum().resized(*size)[None], width=size[1]
        )
        rng = JobStreams(rng_seed=0, job_id="border").rng("init")
        channels = phases.to_channels(phases.random([rng]))
        channels = channels - channels.mean((2, 3), keepdim=True)
        return (channels / channels.std((2, 3), keepdim=True)).to(like)


def _distance(length: int, start: int, inner: int) -> Tensor:
    """(length,) pixels from each place to the stretch [start, start + inner)."""
    place = torch.arange(length, dtype=torch.double)
    return torch.maximum(start - place, place - (start + inner - 1)).clamp_min(0)
