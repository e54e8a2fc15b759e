"""A square over a picture: where it matters most and least, and what is left of it.

Source: Zimmermann et al. (2021), How well do feature visualizations support causal
    understanding of CNN activations?
"""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from torch import Tensor

from generator.activations import feature_activations
from generator.features import Feature
from generator.networks import Network

PLACES_PER_SIDE = 7
"""Places tried along each side, evenly spread from edge to edge."""

GRAY = 128
"""Level of the square, 0 to 255."""

_BATCH = 32

Picture = NDArray[np.uint8]


class Covered(NamedTuple):
    """A picture with a square, and how much it drives the feature."""

    picture: Picture
    """(H, W, 3)."""

    place: tuple[int, int]
    """Row and column of the square's upper left corner, in pixels."""

    activation: float


class Covers(NamedTuple):
    """The two squares that matter most and least."""

    most: Covered
    least: Covered

    @property
    def differ(self) -> bool:
        """Whether it matters at all where the square is."""
        return self.least.activation > self.most.activation


def find_covers(
    network: Network, feature: Feature, picture: Picture, *, cover_px: int
) -> Covers:
    """Cover every place of a picture and see what that does to a feature.

    Args:
        picture: (H, W, 3), H and W at least `cover_px`.
        cover_px: side of the square.
    """
    places = cover_places(picture.shape[0], picture.shape[1], cover_px)
    pictures = [covered(picture, place, cover_px) for place in places]
    activations = activations_of(network, feature, pictures)
    most, least = int(np.argmin(activations)), int(np.argmax(activations))
    return Covers(
        *(Covered(pictures[i], places[i], float(activations[i])) for i in (most, least))
    )


def cover_places(height: int, width: int, cover_px: int) -> list[tuple[int, int]]:
    """Upper left corners of a grid of squares, row by row."""
    rows, columns = (
        np.unique(np.linspace(0, side - cover_px, PLACES_PER_SIDE).round().astype(int))
        for side in (height, width)
    )
    return [(int(row), int(column)) for row in rows for column in columns]


def covered(picture: Picture, place: tuple[int, int], cover_px: int) -> Picture:
    """A copy with a gray square."""
    row, column = place
    copy = picture.copy()
    copy[row : row + cover_px, column : column + cover_px] = GRAY
    return copy


def blurred_around(
    picture: Picture, place: tuple[int, int], cover_px: int, *, blur_px: float
) -> Picture:
    """A copy that is blurred but for one square."""
    row, column = place
    image = Image.fromarray(picture).filter(ImageFilter.GaussianBlur(blur_px))
    copy = np.array(image)
    kept = (slice(row, row + cover_px), slice(column, column + cover_px))
    copy[kept] = picture[kept]
    return copy


def activations_of(
    network: Network, feature: Feature, pictures: list[Picture]
) -> NDArray[np.float32]:
    """How much each picture drives the feature, (n,)."""
    found: list[Tensor] = []
    for first in range(0, len(pictures), _BATCH):
        some = torch.from_numpy(np.stack(pictures[first : first + _BATCH]))
        canvases = some.permute(0, 3, 1, 2).float() / 255  # (B, 3, H, W)
        found.append(feature_activations(network, canvases, [feature])[:, 0].cpu())
    return torch.cat(found).numpy().astype(np.float32)
