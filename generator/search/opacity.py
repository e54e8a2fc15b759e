"""Where a feature sees something: the accumulated opacity map and its display.

The correction takes out what the crops account for, and nothing else: the map of a
spatially uniform objective is flat. Convolutions padded with zeros see less at the
edge of their input (the embedded network: 0.4 of the gradient inside), and that
stays in the map as a fainter border.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import conv1d, pad


@dataclass(kw_only=True, slots=True)
class OpacityAccumulator:
    """Sums a feature's gradients on the canvas, and what the crops account for."""

    raw: Tensor
    """(J, 3, H, W): sum over steps of the absolute gradient of the objective."""

    coverage: Tensor
    """(J, H, W): the same sum for a spatially uniform objective."""

    @classmethod
    def start(cls, canvases: Tensor) -> "OpacityAccumulator":
        """Nothing summed yet, for canvases (J, 3, H, W)."""
        return cls(
            raw=torch.zeros_like(canvases), coverage=torch.zeros_like(canvases[:, 0])
        )

    def add(self, gradient: Tensor, coverage: Tensor) -> None:
        """Add one step: ∂objective/∂canvas (J, 3, H, W) and coverage (J, H, W)."""
        self.raw += gradient.abs()
        self.coverage += coverage

    def corrected(self) -> Tensor:
        """Mean over RGB divided by the coverage, (J, H, W); 0 where never covered."""
        covered = self.coverage > 0
        mean = self.raw.mean(1)
        return torch.where(covered, mean / self.coverage.where(covered, 1.0), 0.0)


def display_opacity(opacity: Tensor, *, clip_percent: float, blur_px: float) -> Tensor:
    """An opacity map made visible: clipped, scaled to [0, 1] and blurred.

    Args:
        opacity: (H, W), not negative.
        clip_percent: this share of the strongest pixels becomes 1.
        blur_px: standard deviation of the Gaussian blur.

    Returns:
        (H, W) in [0, 1]; all zero for a map that is zero.
    """
    top = torch.quantile(opacity.flatten(), 1 - clip_percent / 100)
    if top <= 0:
        top = opacity.max()
    if top <= 0:
        return torch.zeros_like(opacity)
    return _blur((opacity / top).clamp(max=1), blur_px).clamp(0, 1)


def render_masked(image: Tensor, displayed: Tensor) -> Tensor:
    """An image (3, H, W) laid on white with a displayed map (H, W) as its opacity."""
    return image * displayed + (1 - displayed)


def _blur(map_: Tensor, sd_px: float) -> Tensor:
    """Gaussian blur of (H, W), borders mirrored."""
    radius = min(round(3 * sd_px), min(map_.shape) - 1)
    if radius < 1:
        return map_
    offset = torch.arange(-radius, radius + 1, dtype=map_.dtype, device=map_.device)
    kernel = torch.exp(-0.5 * (offset / sd_px) ** 2)
    kernel = (kernel / kernel.sum())[None, None]  # (1, 1, 2 radius + 1)
    for _ in range(2):  # along rows, then along columns
        lines = pad(map_[:, None], (radius, radius), mode="reflect")  # (H, 1, W + 2r)
        map_ = conv1d(lines, kernel)[:, 0].mT  # (W, H)
    return map_
