"""Random changes of training crops, so that no class is known by tint or blur."""

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn import functional

from generator.demo.regions import CLASSES

NEVER_MIRRORED = frozenset({"text", "handwriting"})
"""Mirror writing is something else."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AugmentationConfig:
    """Ranges of the changes; levels are in units of the range 0 to 1."""

    rotation_deg: float = 10.0
    """Largest rotation to either side, degrees."""

    soft_share: float = 0.25
    """Share of crops at half resolution: some photographs are softer than others."""

    gray_share: float = 0.04
    """Share of crops without colour: some photographs are gray."""

    saturation_range: tuple[float, float] = (0.6, 1.4)
    """Factor on the distance from gray, for the others."""

    contrast_range: tuple[float, float] = (0.7, 1.6)
    """Factor on the distance from the crop's mean."""

    brightness: float = 0.1
    """Largest shift of all levels, up or down."""

    tint_sd: float = 0.04
    """Standard deviation of the shift of each colour channel."""

    max_noise_sd: float = 0.05
    """Largest standard deviation of the pixel noise."""


def augment(
    pictures: Tensor, classes: Tensor, config: AugmentationConfig, rng: Generator
) -> Tensor:
    """Changed copies of crops.

    Args:
        pictures: (B, 3, H, W) uint8.
        classes: (B,) index of each crop's class.

    Returns:
        (B, 3, H, W) float32 in [0, 1].
    """
    x = turn(pictures.float() / 255, classes, config, rng)
    x = change_color(soften(x, config, rng), config, rng)
    noise_sd = uniform(len(x), (0.0, config.max_noise_sd), rng)
    x = x + noise_sd * torch.randn(x.shape, generator=rng)
    return x.clamp(0, 1)


def turn(
    x: Tensor, classes: Tensor, config: AugmentationConfig, rng: Generator
) -> Tensor:
    """Rotate a little; mirror half of the crops, writing excepted."""
    limit = math.radians(config.rotation_deg)
    angle = uniform(len(x), (-limit, limit), rng).flatten()
    keeps = torch.tensor([label in NEVER_MIRRORED for label in CLASSES])[classes]
    is_mirrored = (uniform(len(x), (0.0, 1.0), rng).flatten() < 0.5) & ~keeps
    sign = torch.where(is_mirrored, -1.0, 1.0)
    zero = torch.zeros_like(angle)
    rows = [angle.cos() * sign, -angle.sin(), zero, angle.sin() * sign, angle.cos()]
    matrix = torch.stack([*rows, zero], dim=1).view(-1, 2, 3)  # (B, 2, 3)
    grid = functional.affine_grid(matrix, list(x.shape), align_corners=False)
    return functional.grid_sample(
        x, grid, padding_mode="reflection", align_corners=False
    )


def soften(x: Tensor, config: AugmentationConfig, rng: Generator) -> Tensor:
    """Halve the resolution of some crops."""
    halved = functional.avg_pool2d(x, 2)
    soft = functional.interpolate(halved, scale_factor=2, mode="bilinear")
    is_soft = uniform(len(x), (0.0, 1.0), rng) < config.soft_share
    return torch.where(is_soft, soft, x)


def change_color(x: Tensor, config: AugmentationConfig, rng: Generator) -> Tensor:
    """Shift saturation, contrast, brightness and tint."""
    gray = x.mean(1, keepdim=True)  # (B, 1, H, W)
    has_color = uniform(len(x), (0.0, 1.0), rng) >= config.gray_share
    saturation = uniform(len(x), config.saturation_range, rng) * has_color
    x = gray + (x - gray) * saturation
    mean = x.mean((1, 2, 3), keepdim=True)  # (B, 1, 1, 1)
    x = mean + (x - mean) * uniform(len(x), config.contrast_range, rng)
    shift = uniform(len(x), (-config.brightness, config.brightness), rng)
    tint = config.tint_sd * torch.randn(len(x), 3, 1, 1, generator=rng)
    return x + shift + tint


def uniform(count: int, limits: tuple[float, float], rng: Generator) -> Tensor:
    """(count, 1, 1, 1) numbers, evenly distributed between the limits."""
    low, high = limits
    return low + (high - low) * torch.rand(count, 1, 1, 1, generator=rng)
