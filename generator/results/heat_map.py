"""Heat maps laid over photographs, in colors whose lightness rises with the value."""

import torch
from torch import Tensor

DARKEST, LIGHTEST = 0.30, 0.93
"""OKLab lightness of the weakest and of the strongest value."""

FIRST_HUE, LAST_HUE = -70.0, 100.0
"""Hue angles in degrees: from violet over red and orange to yellow."""

MOST_CHROMA = 0.20
"""Colorfulness in the middle of the map; it falls towards both ends."""

_N_COLORS = 256
_GAMUT_STEPS = 12

_CONE = (
    (1.0, 0.3963377774, 0.2158037573),
    (1.0, -0.1055613458, -0.0638541728),
    (1.0, -0.0894841775, -1.2914855480),
)
_LINEAR_RGB = (
    (4.0767416621, -3.3077115913, 0.2309699292),
    (-1.2684380046, 2.6097574011, -0.3413193965),
    (-0.0041960863, -0.7034186147, 1.7076147010),
)


def heat_colors() -> Tensor:
    """(256, 3) sRGB colors in [0, 1] for values from 0 to 1.

    Lightness rises in equal steps, so that no edge appears where the values have
    none, and the order of values survives in gray and for color-blind readers. Where
    a color cannot be shown, its chroma is lowered, never its lightness.

    Source: Ottosson (2020), A perceptual color space for image processing (OKLab).
    """
    value = torch.linspace(0, 1, _N_COLORS, dtype=torch.float64)
    lightness = DARKEST + (LIGHTEST - DARKEST) * value
    hue = torch.deg2rad(FIRST_HUE + (LAST_HUE - FIRST_HUE) * value)
    wanted = MOST_CHROMA * (0.5 + 0.5 * torch.sin(torch.pi * value))
    low, high = torch.zeros_like(wanted), wanted
    for _ in range(_GAMUT_STEPS):
        chroma = (low + high) / 2
        rgb = _linear_rgb(lightness, chroma, hue)
        can_be_shown = ((rgb >= 0) & (rgb <= 1)).all(1)
        low = torch.where(can_be_shown, chroma, low)
        high = torch.where(can_be_shown, high, chroma)
    return _gamma(_linear_rgb(lightness, low, hue).clamp(0, 1)).float()


def lay_heat(image: Tensor, level: Tensor, *, opacity: float) -> Tensor:
    """A photograph under a heat map: untouched where the level is 0.

    Args:
        image: (3, H, W) in [0, 1].
        level: (H, W) in [0, 1].
        opacity: of the heat where the level is 1, 0 to 1.

    Returns:
        (3, H, W) in [0, 1].
    """
    entry = (level.clamp(0, 1) * (_N_COLORS - 1)).round().long()
    heat = heat_colors().to(image)[entry].permute(2, 0, 1)  # (3, H, W)
    cover = opacity * level
    return image * (1 - cover) + heat * cover


def _linear_rgb(lightness: Tensor, chroma: Tensor, hue: Tensor) -> Tensor:
    """(n, 3) linear sRGB of OKLab colors, outside [0, 1] where none can be shown."""
    lab = torch.stack([lightness, chroma * hue.cos(), chroma * hue.sin()], dim=1)
    cone = (lab @ lab.new_tensor(_CONE).T) ** 3
    return cone @ lab.new_tensor(_LINEAR_RGB).T


def _gamma(linear: Tensor) -> Tensor:
    """The sRGB transfer curve (IEC 61966-2-1)."""
    curved = 1.055 * linear.clamp(min=0.0031308) ** (1 / 2.4) - 0.055
    return torch.where(linear <= 0.0031308, 12.92 * linear, curved)
