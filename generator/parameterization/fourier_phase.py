"""An image as Fourier phases only; magnitudes stay those of a natural image.

Source: Fel et al. (2023), Unlocking Feature Visualization for Deep Networks with
    MAgnitude Constrained Optimization, arXiv 2306.06805.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from generator.parameterization.color import from_rgb, mix, standardized
from generator.search.choices import PhaseLaw

_OPEN_GATE = 5.0
"""A gate starts at sigmoid(5) = 0.9933."""

_PHASE_SPREAD_FLOOR = 1e-5
"""Added to the sd of the phases before dividing by it."""


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

    phase_law: PhaseLaw = "uniform"
    """`standardized`: start normal, and keep mean 0 and sd 1 (noise starts)."""

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
        mixed = mix(self.to_channels(parameters), decorrelate=self.decorrelate)
        if self.standardize:
            mixed = standardized(mixed)
        return mixed.sigmoid()

    def to_channels(self, parameters: Tensor) -> Tensor:
        """The channels (B, 3, H, W) before color and sigmoid."""
        magnitude = self.magnitude.to(parameters)
        phase = parameters
        if self.gated:
            phase, gate = parameters.unbind(-1)
            magnitude = magnitude * gate.sigmoid()
        if self.phase_law == "standardized":
            spread = phase.std(dim=(1, 2, 3), keepdim=True) + _PHASE_SPREAD_FLOOR
            phase = (phase - phase.mean(dim=(1, 2, 3), keepdim=True)) / spread
        spectrum = torch.complex(magnitude * phase.cos(), magnitude * phase.sin())
        size = (self.magnitude.shape[-2], self.width)
        channels: Tensor = torch.fft.irfft2(spectrum, s=size)  # (B, 3, H, W)
        return channels

    def from_image(self, images: Tensor) -> Tensor:
        """The phases of (B, 3, H, W) in [0, 1]; gates, where there are, open."""
        spectrum = torch.fft.rfft2(from_rgb(images, decorrelate=self.decorrelate))
        return self._with_gate(spectrum.angle())

    def random(self, rngs: list[np.random.Generator]) -> Tensor:
        """Phases drawn uniformly from a full turn, or normally."""
        return self._with_gate(
            torch.from_numpy(np.stack([self._random_phases(rng) for rng in rngs]))
        )

    def _random_phases(self, rng: np.random.Generator) -> np.ndarray:
        shape = self.magnitude.shape[1:]
        if self.phase_law == "standardized":
            return rng.standard_normal(shape, dtype=np.float32)
        return rng.uniform(-np.pi, np.pi, shape).astype(np.float32)

    def _with_gate(self, phase: Tensor) -> Tensor:
        if not self.gated:
            return phase
        return torch.stack([phase, torch.full_like(phase, _OPEN_GATE)], dim=-1)
