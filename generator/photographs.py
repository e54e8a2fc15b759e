"""Photographs: a folder of them, one read, and the canvas a network sees of it."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from generator.errors import PhotographError
from generator.networks import Preprocessing
from generator.photograph_folder import Photograph as Photograph
from generator.photograph_folder import list_photographs as list_photographs

MIN_SIDE_PX = 32
"""A photograph with a shorter side shows too little to work on."""


def read_photograph(path: Path) -> Image.Image:
    """A photograph as RGB, upright, transparent parts on white.

    Raises:
        PhotographError: missing, unreadable, or a side under 32 pixels.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as file:
                image = _eight_bit(ImageOps.exif_transpose(file))
                image.load()
    except FileNotFoundError as error:
        raise PhotographError(f"no photograph at {path}") from error
    except (
        OSError,
        SyntaxError,  # what Pillow raises for some broken PNG files
        ValueError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:
        raise PhotographError(
            f"{path} cannot be read as a photograph: {error}"
        ) from error
    if min(image.size) < MIN_SIDE_PX:
        raise PhotographError(
            f"{path} is too small: {image.width} x {image.height} pixels; each side "
            f"must have at least {MIN_SIDE_PX}"
        )
    if image.has_transparency_data:
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image.convert("RGBA"))
    return image.convert("RGB")


def _eight_bit(image: Image.Image) -> Image.Image:
    """A 16-bit gray picture as 8 bits; Pillow would clip it to white.

    Raises:
        ValueError: gray levels without a fixed white.
    """
    is_16_bit = image.mode.startswith("I;16")
    if is_16_bit or (image.mode == "I" and image.format == "PNG"):
        levels = np.asarray(image, dtype=np.float64) / 257  # 65535 becomes 255
        return Image.fromarray(levels.round().clip(0, 255).astype(np.uint8))
    if image.mode in {"I", "F"}:
        raise ValueError(
            "its 32-bit gray levels have no fixed white; save it with 8 or 16 bits"
        )
    return image


def default_canvas_px(preprocessing: Preprocessing) -> int:
    """8/7 of the network's input side: 256 pixels for a network that sees 224."""
    return round(preprocessing.input_px * 8 / 7)


def to_canvas(
    image: Image.Image, preprocessing: Preprocessing, canvas_px: int
) -> Tensor:
    """What the network would see of a photograph, at canvas resolution.

    The network resizes the short side to `resize_px` and keeps the central
    `input_px`; the canvas shows that same square, so that resizing the whole canvas
    to `input_px` gives the network's view.

    Returns:
        (3, canvas_px, canvas_px) float32 in [0, 1], in steps of 1/255.
    """
    seen = min(preprocessing.input_px / preprocessing.resize_px, 1.0)
    side = min(image.size) * seen
    left = (image.width - side) / 2
    top = (image.height - side) / 2
    square = image.resize(
        (canvas_px, canvas_px),
        Image.Resampling.BICUBIC,  # antialiased; keeps edges better than bilinear
        box=(left, top, left + side, top + side),
    )
    return from_picture(square)


def read_canvases(
    files: Sequence[Path], preprocessing: Preprocessing, canvas_px: int
) -> Tensor:
    """Photographs as `to_canvas` shows them, (n, 3, canvas_px, canvas_px).

    Raises:
        PhotographError: one cannot be read.
    """
    canvases = [
        to_canvas(read_photograph(path), preprocessing, canvas_px) for path in files
    ]
    return torch.stack(canvases)


def from_picture(picture: Image.Image) -> Tensor:
    """An 8-bit RGB picture as (3, H, W) float32 in [0, 1]."""
    pixels = np.asarray(picture.convert("RGB"), dtype=np.float32) / 255  # (H, W, 3)
    return torch.from_numpy(pixels).permute(2, 0, 1).contiguous()  # (3, H, W)


def to_picture(canvas: Tensor) -> Image.Image:
    """(3, H, W) in [0, 1] as an 8-bit RGB picture, each value rounded."""
    levels = (canvas.detach().cpu().clamp(0, 1) * 255).round().to(torch.uint8)
    return Image.fromarray(levels.permute(1, 2, 0).numpy())


def quantize(canvases: Tensor) -> Tensor:
    """The values an 8-bit PNG keeps: multiples of 1/255."""
    return (canvases.detach().clamp(0, 1) * 255).round() / 255
