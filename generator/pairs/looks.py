"""How a picture looks to machines that know nothing of any feature. No torch.

What luminance, contrast, salience or a place in the middle say by themselves is what a
choice between two photographs has to beat.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter, uniform_filter

Picture = NDArray[np.uint8]
Map = NDArray[np.float64]

LUMA = np.array([0.2126, 0.7152, 0.0722])
"""Weights of RGB in a picture's lightness (ITU-R BT.709)."""

SALIENCY_PX = 64
"""Side of the miniature that saliency is computed on."""

_SMOOTHING_PX = 2.5
_SPECTRUM_BINS = 3
_FLAT = 1e-9
"""Spread of lightness, and amplitude, that counts as none."""


def looks_of(picture: Picture) -> Mapping[str, float]:
    """Four scores of a picture (H, W, 3), by name.

    `luminance`, `contrast`: mean and standard deviation of the lightness, 0 to 1.
    `saliency`: how far the most salient place stands out, in multiples of the mean;
    1 for a flat picture. `centre`: share of the saliency in the middle half of rows
    and columns, 0 to 1; 0.25 for a flat picture.
    """
    lightness = lightness_of(picture)
    saliency = saliency_map(lightness)
    quarter = SALIENCY_PX // 4
    middle = saliency[quarter:-quarter, quarter:-quarter]
    return {
        "luminance": float(lightness.mean()),
        "contrast": float(lightness.std()),
        "saliency": float(saliency.max() / saliency.mean()),
        "centre": float(middle.sum() / saliency.sum()),
    }


def lightness_of(picture: Picture) -> Map:
    """(H, W) lightness of a picture (H, W, 3), 0 to 1."""
    lightness: Map = picture.astype(np.float64) @ LUMA / 255
    return lightness


def saliency_map(lightness: Map) -> Map:
    """What is unlike the rest of a picture: (64, 64), positive, in no unit.

    The log spectrum of natural pictures is smooth; what departs from its local mean
    belongs to places that stand out. A flat picture is salient everywhere alike.

    Source: Hou & Zhang (2007), Saliency Detection: A Spectral Residual Approach.
    """
    small = Image.fromarray(lightness.astype(np.float32), mode="F").resize(
        (SALIENCY_PX, SALIENCY_PX), Image.Resampling.BOX
    )
    values = np.asarray(small, dtype=np.float64)
    if values.std() < _FLAT:
        return np.ones_like(values)
    spectrum = np.fft.fft2(values)
    amplitude = np.log(np.abs(spectrum) + _FLAT)
    residual = amplitude - uniform_filter(amplitude, _SPECTRUM_BINS, mode="wrap")
    back = np.fft.ifft2(np.exp(residual + 1j * np.angle(spectrum)))
    smooth: Map = gaussian_filter(np.abs(back) ** 2, _SMOOTHING_PX)
    return smooth


def look_answers(high: Picture, low: Picture) -> list[dict[str, object]]:
    """`machine_answers` of a pair: every score of both pictures, beside no panel.

    Args:
        high, low: the picture that drives the feature more, and less.
    """
    of_high, of_low = looks_of(high), looks_of(low)
    return [
        {
            "method": method,
            "condition": None,
            "high_score": of_high[method],
            "low_score": of_low[method],
        }
        for method in sorted(of_high)
    ]
