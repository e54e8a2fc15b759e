"""Attribution maps made visible, with the clipping and the blur of the opacity map."""

import torch
from PIL import Image
from torch import Tensor

from generator.attribution.maps import AttributionMap
from generator.attribution.settings import UNSIGNED, AttributionConfig
from generator.photographs import to_picture
from generator.search.opacity import display_opacity

FOR = (1.0, 0.6, 0.1)
"""Orange: what speaks for the feature."""

AGAINST = (0.2, 0.6, 1.0)
"""Blue: what speaks against it. Color-blind readers tell it from orange."""


def display_map(made: AttributionMap, config: AttributionConfig) -> Image.Image:
    """A map as a picture: clipped, scaled by itself and blurred; no longer the map.

    Black is 0. Maps without a sign are white where strong, the others orange where
    they speak for the feature and blue where against.
    """
    if made.method in UNSIGNED:
        return display_unsigned(made.on_canvas, config)
    blur_px = config.blur_px(made.on_canvas.shape[-1])
    return to_picture(display_signed(made.on_canvas, config.clip_percent, blur_px))


def display_unsigned(map_: Tensor, config: AttributionConfig) -> Image.Image:
    """A map (H, W) without negative values, such as an opacity map."""
    blur_px = config.blur_px(map_.shape[-1])
    shown = display_opacity(map_, clip_percent=config.clip_percent, blur_px=blur_px)
    return to_picture(shown.expand(3, -1, -1))


def display_signed(map_: Tensor, clip_percent: float, blur_px: float) -> Tensor:
    """A signed map (H, W) in two colors that share one scale, (3, H, W) in [0, 1].

    Scaled once more after the blur, which dims maps that change sign from pixel to
    pixel.
    """
    size = display_opacity(map_.abs(), clip_percent=clip_percent, blur_px=0)
    parts = {
        color: _blurred(size * is_side, blur_px)  # (H, W)
        for color, is_side in ((FOR, map_ > 0), (AGAINST, map_ < 0))
    }
    strongest = max(float(part.max()) for part in parts.values()) or 1.0
    shown = torch.zeros(3, *map_.shape)
    for color, part in parts.items():
        shown += torch.tensor(color)[:, None, None] * part / strongest
    return shown.clamp(max=1)


def _blurred(part: Tensor, blur_px: float) -> Tensor:
    """Blurred only: the scale that the display would change is put back."""
    return part.max() * display_opacity(part, clip_percent=0, blur_px=blur_px)


def display_suffix(config: AttributionConfig, canvas_px: int) -> str:
    """What the name of a displayed file says was done to the map.

    Example: `p5.sd2px`, 5 percent of the pixels clipped, blurred by 2 pixels.
    """
    return f"p{config.clip_percent:g}.sd{config.blur_px(canvas_px):.2g}px"
