"""Square crops of the classes, for training and for measuring accuracy."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from generator.demo.network import INPUT_PX
from generator.demo.regions import CLASSES, Cell, Region
from generator.demo.sources import read_source
from generator.errors import ConfigError

MARGIN_PX = 3
"""Pixels kept free around held-out cells, so that resizing cannot reach across."""

MIN_INSIDE = 0.85
"""Least share of a training crop that lies on training cells of its class."""

MAX_TRIES = 1000
"""Random squares tried for each crop before giving up."""


class Box(NamedTuple):
    """A square on a photograph, pixels."""

    left: float
    top: float
    side: float


class Crops(NamedTuple):
    """Crops with their classes."""

    pictures: Tensor
    """(N, 3, 64, 64) uint8."""

    classes: Tensor
    """(N,) index of the class, int64."""

    labels: tuple[str, ...] = tuple(CLASSES)
    """Name of each class."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CropConfig:
    """How training crops are cut."""

    n_per_class: int = 600
    """Crops of each class."""

    side_range: tuple[float, float] = (0.6, 1.5)
    """Smallest and largest side, in cells of the region."""

    def __post_init__(self) -> None:
        low, high = self.side_range
        if self.n_per_class < 1 or not 0 < low <= high:
            raise ConfigError(
                "n_per_class must be at least 1 and side_range must satisfy "
                f"0 < low <= high; got {self.n_per_class} and {self.side_range}"
            )


def training_crops(config: CropConfig, rng: np.random.Generator) -> Crops:
    """Random squares from the training cells; none comes near a held-out cell."""
    photographs = read_all_sources()
    pictures, classes = [], []
    for class_index, regions in enumerate(CLASSES.values()):
        weights = np.array([sum(not c.is_held_out for c in r.cells()) for r in regions])
        counts = rng.multinomial(config.n_per_class, weights / weights.sum())
        for region, count in zip(regions, counts, strict=True):
            photograph = photographs[region.photograph]
            for box in training_boxes(region, int(count), config, rng):
                pictures.append(cut(photograph, box))
                classes.append(class_index)
    return Crops(torch.from_numpy(np.stack(pictures)), torch.tensor(classes))


def training_boxes(
    region: Region, count: int, config: CropConfig, rng: np.random.Generator
) -> list[Box]:
    """Squares on the training cells of a region, by rejection."""
    allowed, forbidden = masks(region)
    height, width = allowed.shape
    boxes: list[Box] = []
    tries = 0
    while len(boxes) < count:
        tries += 1
        if tries > MAX_TRIES * count:
            raise ConfigError(
                f"no room for training crops of side {config.side_range} cells in "
                f"{region}; lower side_range"
            )
        side = rng.uniform(*config.side_range) * region.cell_px
        x = rng.uniform(0, max(width - side, 0))
        y = rng.uniform(0, max(height - side, 0))
        window = np.s_[int(y) : int(np.ceil(y + side)), int(x) : int(np.ceil(x + side))]
        if forbidden[window].any() or allowed[window].mean() < MIN_INSIDE:
            continue
        if x + side <= width and y + side <= height:
            boxes.append(Box(region.left + x, region.top + y, side))
    return boxes


def masks(region: Region) -> tuple[np.ndarray, np.ndarray]:
    """Pixels of training cells, and pixels too near to held-out ones; (H, W) bool."""
    side = region.cell_px
    shape = (len(region.rows) * side, len(region.rows[0]) * side)
    allowed = np.zeros(shape, dtype=bool)
    forbidden = np.zeros(shape, dtype=bool)
    for cell in region.cells():
        top, left = cell.top - region.top, cell.left - region.left
        if cell.is_held_out:
            forbidden[
                max(top - MARGIN_PX, 0) : top + side + MARGIN_PX,
                max(left - MARGIN_PX, 0) : left + side + MARGIN_PX,
            ] = True
        else:
            allowed[top : top + side, left : left + side] = True
    return allowed, forbidden


def held_out_crops(n_per_cell: int, rng: np.random.Generator) -> Crops:
    """Each held-out cell, and random squares inside it."""
    photographs = read_all_sources()
    pictures, classes = [], []
    for class_index, regions in enumerate(CLASSES.values()):
        cells = [cell for region in regions for cell in region.cells()]
        for cell in cells:
            if cell.is_held_out:
                for box in held_out_boxes(cell, n_per_cell, rng):
                    pictures.append(cut(photographs[cell.photograph], box))
                    classes.append(class_index)
    return Crops(torch.from_numpy(np.stack(pictures)), torch.tensor(classes))


def held_out_boxes(cell: Cell, count: int, rng: np.random.Generator) -> list[Box]:
    """The whole cell first, then squares of at least six tenths of its side."""
    boxes = [Box(cell.left, cell.top, cell.side_px)]
    for _ in range(count - 1):
        side = rng.uniform(0.6, 1.0) * cell.side_px
        x, y = rng.uniform(0, cell.side_px - side, size=2)
        boxes.append(Box(cell.left + x, cell.top + y, side))
    return boxes


def read_all_sources() -> dict[str, Image.Image]:
    """Every photograph the classes lie on, by file name."""
    names = {region.photograph for regions in CLASSES.values() for region in regions}
    return {name: read_source(name) for name in sorted(names)}


def cut(photograph: Image.Image, box: Box) -> np.ndarray:
    """A square at the network's input size, (3, 64, 64) uint8."""
    corners = (box.left, box.top, box.left + box.side, box.top + box.side)
    picture = photograph.resize(
        (INPUT_PX, INPUT_PX), Image.Resampling.BICUBIC, box=corners
    )
    return np.asarray(picture).transpose(2, 0, 1)
