"""The classes share no pixel, and training keeps clear of the held-out cells."""

from itertools import combinations

import numpy as np
import pytest

from generator.demo.crops import (
    MARGIN_PX,
    Box,
    CropConfig,
    held_out_boxes,
    held_out_crops,
    training_boxes,
    training_crops,
)
from generator.demo.regions import CLASSES, Cell, Region
from generator.demo.sources import PIXELS_SHA256, read_source
from generator.errors import ConfigError

MIN_CELLS = 14  # eight exemplars and the high images of query pairs


def all_cells() -> list[Cell]:
    regions = [region for regions in CLASSES.values() for region in regions]
    return [cell for region in regions for cell in region.cells()]


def overlap(
    one: tuple[float, float, float],
    other: tuple[float, float, float],
    *,
    margin_px: float = 0,
) -> bool:
    """Squares given as left, top, side."""
    return all(
        one[axis] < other[axis] + other[2] + margin_px
        and other[axis] < one[axis] + one[2] + margin_px
        for axis in (0, 1)
    )


def square(cell: Cell) -> tuple[float, float, float]:
    return (cell.left, cell.top, cell.side_px)


def test_no_two_cells_share_a_pixel() -> None:
    shared = [
        (one, other)
        for one, other in combinations(all_cells(), 2)
        if one.photograph == other.photograph and overlap(square(one), square(other))
    ]

    assert not shared


def test_every_cell_lies_on_its_photograph() -> None:
    sizes = {name: read_source(name).size for name in PIXELS_SHA256}

    for cell in all_cells():
        width, height = sizes[cell.photograph]
        assert 0 <= cell.left <= width - cell.side_px
        assert 0 <= cell.top <= height - cell.side_px


@pytest.mark.parametrize("label", CLASSES)
def test_each_class_has_cells_enough_for_a_study(label: str) -> None:
    cells = [cell for region in CLASSES[label] for cell in region.cells()]

    assert len(cells) >= MIN_CELLS
    assert any(cell.is_held_out for cell in cells)


@pytest.mark.parametrize("label", CLASSES)
def test_training_squares_keep_clear_of_held_out_cells(label: str) -> None:
    for region in CLASSES[label]:
        boxes = training_boxes(region, 30, CropConfig(), np.random.default_rng(0))
        held_out = [cell for cell in region.cells() if cell.is_held_out]
        assert not any(
            overlap(box, square(cell), margin_px=MARGIN_PX)
            for box in boxes
            for cell in held_out
        )


def test_held_out_squares_stay_inside_their_cell() -> None:
    region = Region(photograph="x", left=10, top=20, cell_px=50, rows=("#o",))
    cell = next(cell for cell in region.cells() if cell.is_held_out)

    boxes = held_out_boxes(cell, 20, np.random.default_rng(0))

    assert boxes[0] == Box(60, 20, 50)
    for box in boxes:
        assert 60 <= box.left <= 110 - box.side
        assert 20 <= box.top <= 70 - box.side


def test_crops_come_with_their_classes_and_repeat() -> None:
    config = CropConfig(n_per_class=2)

    first = training_crops(config, np.random.default_rng(5))
    again = training_crops(config, np.random.default_rng(5))

    assert first.pictures.shape == (2 * len(CLASSES), 3, 64, 64)
    assert first.classes.bincount().tolist() == [2] * len(CLASSES)
    assert first.pictures.equal(again.pictures)


def test_squares_larger_than_the_region_are_refused() -> None:
    region = Region(photograph="x", left=0, top=0, cell_px=20, rows=("#",))
    config = CropConfig(side_range=(2.0, 3.0))

    with pytest.raises(ConfigError, match="no room for training crops"):
        training_boxes(region, 1, config, np.random.default_rng(0))


def test_crop_range_given_backwards_is_refused() -> None:
    with pytest.raises(ConfigError, match="0 < low <= high"):
        CropConfig(side_range=(1.5, 0.5))


def test_every_class_is_measured() -> None:
    crops = held_out_crops(1, np.random.default_rng(0))

    assert set(crops.classes.tolist()) == set(range(len(CLASSES)))
