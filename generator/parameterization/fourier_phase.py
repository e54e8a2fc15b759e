"""An image as Fourier phases only; magnitudes stay those of a natural image.

Source: Fel et al. (2023), Unlocking Feature Visualization for Deep Networks with
    MAgnitude Constrained Optimization, arXiv 2306.06805.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from generator.color import from_rgb, mix

_OPEN_GATE = 5.0
"""A gate starts at sigmoid(5) = 0.9933."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class FourierPhase:
    """y = inverse transform of magnitude × gate × exp(i phase).

    Made for particular images with `of_images`, or for noise with a given magnitude.
    """

    magnitude: Tensor
    """(B or 1, 3, H, W // 2 + 1), of the un-normalized transform; never changed."""

    width: int
    """Of the image; an odd one cannot be told from the spectrum."""

    gated: bool = False
    """Let the optimizer lower magnitudes, through a sigmoid for each coefficient."""

    standardize: bool = False
    """Give each image mean 0 and unit variance before the sigmoid (noise starts)."""

    decorrelate: bool = True

    @classmethod
    def of_images(
        cls, images: Tensor, *, gated: bool = False, decorrelate: bool = True
    ) -> "FourierPhase":
        """With the magnitudes of these images, (B, 3, H, W) in [0, 1]."""
        spectrum = torch.fft.rfft2(from_rgb(images, decorrelate=decorrelate))
        return cls(
            magnitude=spectrum.abs(),
            width=images.shape[-1],
            gated=gated,
            decorrelate=decorrelate,
        )

    def to_image(self, parameters: Tensor) -> Tensor:
        """(B, 3, H, W // 2 + 1), gated (…, 2), to (B, 3, H, W) in (0, 1)."""
        magnitude = self.magnitude.to(parameters)
        phase = parameters
        if self.gated:
            phase, gate = parameters.unbind(-1)
            magnitude = magnitude * gate.sigmoid()
        spectrum = torch.complex(magnitude * phase.cos(), magnitude * phase.sin())
        size = (self.magnitude.shape[-2], self.width)
        channels = torch.fft.irfft2(spectrum, s=size)  # (B, 3, H, W)
        mixed = mix(channels, decorrelate=self.decorrelate)
        if self.standardize:
            spread = mixed.std(dim=(1, 2, 3), keepdim=True) + 1e-4
            mixed = (mixed - mixed.mean(dim=(1, 2, 3), keepdim=True)) / spread
        return mixed.sigmoid()

    def from_image(self, images: Tensor) -> Tensor:
        """The phases of (B, 3, H, W) in [0, 1]; gates, where there are, open."""
        spectrum = torch.fft.rfft2(from_rgb(images, decorrelate=self.decorrelate))
        return self._with_gate(spectrum.angle())

    def random(self, rngs: list[np.random.Generator]) -> Tensor:
        """Phases drawn uniformly from a full turn."""
        shape = self.magnitude.shape[1:]
        turns = [rng.uniform(-np.pi, np.pi, shape).astype(np.float32) for rng in rngs]
        return self._with_gate(torch.from_numpy(np.stack(turns)))

    def _with_gate(self, phase: Tensor) -> Tensor:
        if not self.gated:
            return phase
        return torch.stack([phase, torch.full_like(phase, _OPEN_GATE)], dim=-1)
