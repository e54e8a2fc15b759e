"""Noise on crops, of one job at one step, whatever else is drawn beside it."""

import math
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from generator.search.config import SearchConfig
from generator.streams import JobStreams, Purpose

_LEVELS = 1 << 16
"""Each is drawn with the same chance: 16 random bits."""


def noise_of(
    streams: JobStreams,
    purpose: Purpose,
    step: int,
    shape: tuple[int, ...],
    config: SearchConfig,
    *,
    like: Tensor,
) -> Tensor:
    """Normal plus uniform noise of the configured sizes, image units.

    An accelerator draws its own, from the same key: the values differ from those of
    the processor, but not with the batch or the order.

    Args:
        like: gives number format and device.
    """
    if like.device.type != "cpu":
        key = streams.device_key(purpose, step)
        return device_noise(key, shape, config, device=like.device).to(like)
    unit = config.noise_scale
    levels = noise_levels(config.noise_sd * unit, config.noise_range * unit)
    picks = _picks(streams.rng(purpose, step), math.prod(shape))
    return levels.index_select(0, picks).view(shape).to(like)


@lru_cache(maxsize=16)
def noise_levels(sd: float, width: float) -> Tensor:
    """The law of the sum of normal and uniform noise, as 65,536 quantiles.

    Looking a random one up takes a third of the time of drawing two numbers. The
    variance is the law's to 2e-5 of it; the largest level lies 4.3 sd out.

    Args:
        sd: of the normal part.
        width: of the uniform part, which is centered on 0.

    Returns:
        (65536,) float32, rising.
    """
    share = (np.arange(_LEVELS) + 0.5) / _LEVELS
    if not sd:
        levels = width * (share - 0.5)
    elif not width:
        levels = sd * torch.special.ndtri(torch.from_numpy(share)).numpy()
    else:
        reach = 8 * sd + width / 2
        level = torch.linspace(-reach, reach, 4 * _LEVELS, dtype=torch.double)
        below = _share_below(level, sd, width)
        levels = np.interp(share, below.numpy(), level.numpy())
    return torch.from_numpy(levels).float()


def _share_below(level: Tensor, sd: float, width: float) -> Tensor:
    """The mean of Φ((level - u) / sd) over the u of the uniform part."""
    upper, lower = (
        _integral((level + width / 2) / sd),
        _integral((level - width / 2) / sd),
    )
    return (upper - lower) * sd / width


def _integral(z: Tensor) -> Tensor:
    """Of the normal distribution function Φ, from minus infinity to z."""
    share: Tensor = torch.special.ndtr(z)
    return z * share + torch.exp(-z.square() / 2) / math.sqrt(2 * math.pi)


def _picks(rng: np.random.Generator, count: int) -> Tensor:
    """Random numbers of 16 bits, int32."""
    raw = rng.bit_generator.random_raw(-(-count // 4))  # four of them in each
    return torch.from_numpy(raw.view(np.uint16)[:count].astype(np.int32))


def device_noise(
    key: int, shape: tuple[int, ...], config: SearchConfig, *, device: torch.device
) -> Tensor:
    """The same from a device's own generator, float32; nothing waits for the device."""
    chance = torch.Generator(device=device)
    chance.manual_seed(key)
    unit = config.noise_scale
    values = torch.zeros(shape, device=device)
    if config.noise_sd:
        normal = torch.randn(shape, generator=chance, device=device)
        values += config.noise_sd * unit * normal
    if config.noise_range:
        even = torch.rand(shape, generator=chance, device=device)
        values += config.noise_range * unit * (even - 0.5)
    return values
