"""Contact sheets: a grid of pictures with words."""

import numpy as np
import pytest
from PIL import Image

from generator.results.contact_sheet import (
    Band,
    SheetRow,
    Tile,
    contact_sheet,
    labelled_sheet,
)

RED = Image.new("RGB", (64, 64), "red")


def red_share(sheet: Image.Image) -> float:
    """Pixels that are red, over those of one column-wide square."""
    pixels = np.asarray(sheet).astype(int)
    return int((abs(pixels - [255, 0, 0]).sum(axis=2) == 0).sum())


@pytest.mark.parametrize("n_tiles", [1, 3, 8])
def test_every_picture_is_on_the_page_as_large_as_the_others(n_tiles: int) -> None:
    one = red_share(labelled_sheet([Band(tiles=[Tile(picture=RED)] * n_tiles)]))
    two = red_share(labelled_sheet([Band(tiles=[Tile(picture=RED)] * n_tiles)] * 2))

    assert one > 0
    assert two == 2 * one


def test_a_long_band_goes_on_in_the_next_row() -> None:
    eight = labelled_sheet([Band(tiles=[Tile(picture=RED)] * 8)])
    nine = labelled_sheet([Band(tiles=[Tile(picture=RED)] * 9)])

    assert nine.width == eight.width
    assert nine.height > 1.5 * eight.height
    assert red_share(nine) * 8 == red_share(eight) * 9


def test_a_full_page_can_be_read_on_a_screen() -> None:
    sheet = labelled_sheet([Band(tiles=[Tile(picture=RED)] * 7, heading="seven")])

    assert 1200 <= sheet.width <= 1800


def test_long_words_do_not_leave_their_column() -> None:
    """The right half of the page, below a single tile, stays white."""
    long = Tile(picture=RED, title="supercalifragilistic" * 9, caption=["word " * 90])
    empty = Tile(picture=None)
    blank = Image.new("RGB", (64, 64), "white")
    sheet = labelled_sheet(
        [Band(tiles=[long, Tile(picture=blank), Tile(picture=blank), empty])]
    )

    pixels = np.asarray(sheet)
    middle = pixels[:, sheet.width // 4 + 20 : sheet.width // 2]
    assert (middle == 255).all()


def test_an_empty_frame_stands_for_a_picture_that_is_missing() -> None:
    tiles = [Tile(picture=RED), Tile(picture=None, caption=["no gradient"])]

    sheet = labelled_sheet([Band(tiles=tiles)])

    right = np.asarray(sheet)[:, sheet.width // 2 :]
    assert (right < 250).any()


def test_rows_of_pictures_keep_their_captions_and_titles() -> None:
    rows = [SheetRow(pictures=[RED, RED], caption=f"row {n}") for n in range(2)]

    sheet = contact_sheet(rows, titles=["seed image"])

    assert (
        red_share(sheet)
        == 4 * red_share(labelled_sheet([Band(tiles=[Tile(picture=RED)] * 2)])) // 2
    )
