"""Crops of photographs: an even cover, and the strongest of them."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from generator.concepts.crops import CropGrid, crop_batches, strongest_crops
from generator.concepts.photograph_activations import Collection
from generator.features import FeatureId
from generator.progress import NoProgress
from tests.generator.concepts.planted import planted_network, write_photographs

HALVES = CropGrid(crop_px=32, crop_share=0.5)
"""Three by three crops of a picture of 64 pixels."""


@pytest.mark.parametrize("share", [0.2, 0.3, 0.5, 0.77, 1.0])
@pytest.mark.parametrize("crop_px", [32, 37])
def test_crops_cover_the_picture_and_overlap_by_about_half(
    share: float, crop_px: int
) -> None:
    grid = CropGrid(crop_px=crop_px, crop_share=share)

    starts = np.array(grid.starts)

    assert starts[0] == 0
    assert starts[-1] + crop_px == grid.picture_px
    assert (np.diff(starts) <= crop_px / 2 + 1).all()
    assert grid.n_crops == len(starts) ** 2


def test_a_crop_as_large_as_the_picture_is_the_picture() -> None:
    grid = CropGrid(crop_px=8, crop_share=1.0)
    picture = torch.rand(3, 8, 8, generator=torch.Generator().manual_seed(0))

    assert grid.n_crops == 1
    assert torch.equal(grid.cut(picture, 0), picture)


def test_crops_are_counted_by_rows() -> None:
    rows = torch.arange(64).float()[None, :, None].expand(3, 64, 64)

    assert HALVES.starts == [0, 16, 32]
    assert HALVES.cut(rows, 2)[0, 0, 0] == 0  # the last of the first row
    assert HALVES.cut(rows, 3)[0, 0, 0] == 16  # the first of the second row


def test_only_photographs_with_a_chosen_crop_are_read(tmp_path: Path) -> None:
    folder = write_photographs(tmp_path / "p", n=3, rng_seed=0)
    collection = Collection.of(folder)
    (folder / "001.png").unlink()
    chosen = np.zeros((3, 9), dtype=np.bool_)
    chosen[0, 4] = chosen[2, 1] = chosen[2, 8] = True

    (batch,) = crop_batches(collection, planted_network(), HALVES, chosen)

    assert list(zip(batch.photographs, batch.crops, strict=True)) == [
        (0, 4),
        (2, 1),
        (2, 8),
    ]
    assert batch.pictures.shape == (3, 3, 32, 32)


def test_the_crops_with_most_red_are_the_strongest_for_red(tmp_path: Path) -> None:
    folder = write_photographs(tmp_path / "p", n=40, rng_seed=0)
    pixels = np.full((64, 64, 3), 128, dtype=np.uint8)
    pixels[:32, 32:] = (255, 0, 0)
    Image.fromarray(pixels).save(folder / "020-corner.png")
    collection = Collection.of(folder)

    chosen = strongest_crops(
        collection,
        planted_network(),
        HALVES,
        FeatureId.parse("logit:red"),
        n=1,
        progress=NoProgress(),
    )

    row, crop = np.argwhere(chosen)[0]
    assert chosen.sum() == 1
    assert collection.photographs[row].path == "020-corner.png"
    assert crop == 2  # top right
