"""Noise on crops, of one job at one step, whatever else is drawn beside it."""

import numpy as np
import torch
from torch import Tensor

from generator.search.config import SearchConfig
from generator.streams import JobStreams, Purpose


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
    values = noise_values(streams.rng(purpose, step), shape, config)
    return torch.from_numpy(values).to(like)


def noise_values(
    rng: np.random.Generator, shape: tuple[int, ...], config: SearchConfig
) -> np.ndarray:
    """The same from a generator of numpy, float32."""
    unit = config.noise_scale
    values = np.zeros(shape, dtype=np.float32)
    if config.noise_sd:
        rng.standard_normal(out=values, dtype=np.float32)
        values *= config.noise_sd * unit
    if config.noise_range:
        even = rng.random(shape, dtype=np.float32)
        even -= 0.5
        even *= config.noise_range * unit
        values += even
    return values


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
