"""A network whose channels mix colors, and photographs tinted on purpose."""

from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn

from generator.networks import Network, Preprocessing

SIDE_PX = 32
"""Of the photographs and of what the network sees."""

N_CHANNELS = 6

RED = np.array([1.0, 0.0, 0.0])
GREEN = np.array([0.0, 1.0, 0.0])


def mixing() -> NDArray[np.float64]:
    """(N_CHANNELS, 3) with orthonormal columns: colors keep their angles."""
    rng = np.random.default_rng(3)
    mixed, _ = np.linalg.qr(rng.standard_normal((N_CHANNELS, 3)))
    return mixed


def planted_network() -> Network:
    """Layer `mix` responds with `mixing()` times the color at each pixel."""
    mix = nn.Conv2d(3, N_CHANNELS, 1, bias=False)
    readout = nn.Linear(N_CHANNELS, 2)
    with torch.no_grad():
        mix.weight.copy_(torch.from_numpy(mixing())[:, :, None, None])
        readout.weight.copy_(torch.from_numpy(mixing()[:, :2].T))  # red, green
        readout.bias.zero_()
    module = nn.Sequential(
        OrderedDict[str, nn.Module](
            mix=mix,
            relu=nn.ReLU(),
            pool=nn.AdaptiveAvgPool2d(1),
            flat=nn.Flatten(),
            readout=readout,
        )
    )
    return Network(
        name="planted",
        module=module.eval(),
        preprocessing=Preprocessing(
            input_px=SIDE_PX,
            resize_px=SIDE_PX,
            mean=(0.5, 0.5, 0.5),
            std=(0.25, 0.25, 0.25),
        ),
        labels=("red", "green"),
        weights_sha256="12" * 32,
    )


def write_photographs(
    folder: Path,
    *,
    n: int,
    rng_seed: int,
    tint: NDArray[np.float64] | None = None,
    spread: float = 20,
) -> Path:
    """Gray photographs of drawn mean color with fine noise, shifted by a tint.

    Args:
        tint: (3,) added to the mean color, levels of 255.
        spread: standard deviation of each mean color, levels.
    """
    folder.mkdir(parents=True)
    rng = np.random.default_rng(rng_seed)
    for number in range(n):
        color = 128 + spread * rng.standard_normal(3)
        if tint is not None:
            color = color + tint
        noise = 10 * rng.standard_normal((SIDE_PX, SIDE_PX, 3))
        pixels = (color + noise).clip(0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{number:03}.png")
    return folder
