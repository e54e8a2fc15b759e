"""Which parts of which photographs make up the classes of the embedded network.

A region is a grid of square cells laid over a photograph. No two cells of any class
share a pixel, so cells can serve as a pool of separate photographs; the cells that are
held out never reach training.
"""

from collections.abc import Iterator
from dataclasses import dataclass

TRAINING = "#"
HELD_OUT = "o"
OUTSIDE = "."


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One square of a photograph."""

    photograph: str
    """File name among scikit-image's own."""

    left: int
    top: int
    """Upper left corner, pixels."""

    side_px: int

    is_held_out: bool
    """Kept from training, to measure accuracy."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Region:
    """A grid of cells on one photograph, all of one class."""

    photograph: str
    """File name among scikit-image's own."""

    left: int
    top: int
    """Upper left corner of the grid, pixels."""

    cell_px: int
    """Side of a cell, pixels: about what shows the texture once."""

    rows: tuple[str, ...]
    """The grid, seen from above: `#` for training, `o` held out, `.` not this class."""

    def cells(self) -> Iterator[Cell]:
        """The cells of the class, row by row."""
        for row_index, row in enumerate(self.rows):
            for column_index, mark in enumerate(row):
                if mark != OUTSIDE:
                    yield Cell(
                        photograph=self.photograph,
                        left=self.left + column_index * self.cell_px,
                        top=self.top + row_index * self.cell_px,
                        side_px=self.cell_px,
                        is_held_out=mark == HELD_OUT,
                    )


def region(photograph: str, left: int, top: int, cell_px: int, *rows: str) -> Region:
    """A region in one line."""
    return Region(photograph=photograph, left=left, top=top, cell_px=cell_px, rows=rows)


CLASSES: dict[str, tuple[Region, ...]] = {
    "brick": (region("brick.png", 0, 0, 73, *["#####oo"] * 7),),
    "grass": (region("grass.png", 0, 0, 73, *["#####oo"] * 7),),
    "gravel": (region("gravel.png", 0, 0, 73, *["#####oo"] * 7),),
    "stars": (region("hubble_deep_field.jpg", 0, 0, 124, *["######oo"] * 7),),
    "coins": (
        region("coins.png", 0, 12, 64, "####oo"),
        region("coins.png", 0, 88, 64, "#####o"),
        region("coins.png", 0, 153, 64, "####oo"),
        region("coins.png", 0, 228, 64, "#####o"),
    ),
    "text": (
        region("page.png", 4, 0, 47, "o#####..", "######oo", "######oo", "#####..."),
    ),
    "handwriting": (
        region(
            "text.png", 0, 0, 43, "#.#####...", "##.#####oo", "####.##.oo", ".#####...."
        ),
    ),
    "moon": (
        region(
            *("moon.png", 0, 0, 64),
            *("#......o", ".##.##.o", "o#####..", ".##....."),
            *("o..#....", "...##...", "o..##...", ".##oo..."),
        ),
    ),
    "tissue": (
        region(
            *("ihc.png", 0, 0, 73),
            *("#######", "#######", "ooooooo", "#######"),
            *(".######", ".######", ".######"),
        ),
    ),
    "cat": (
        region(
            *("chelsea.png", 44, 0, 44),
            *(".###o##", ".#o###o", ".###o##", ".#o###o", ".###o##", ".#o###o"),
        ),
    ),
    "wood": (
        region(
            *("coffee.png", 456, 0, 48),
            *("...", "...", "..#", "..#", "..#", "..o", "###", "o##"),
        ),
        region("coffee.png", 0, 108, 41, "##", "#o", "##", "#o", "##", "#o", "##"),
    ),
    "engine": (
        region("motorcycle_left.png", 335, 238, 36, ".###", "o###", "o###", "o##."),
    ),
    "shelf": (
        region("motorcycle_left.png", 345, 0, 50, "#o###o#", "#o###o#", "##...##"),
        region("motorcycle_left.png", 545, 150, 50, ".#o", ".##"),
    ),
    "flag": (
        region(
            *("astronaut.png", 0, 0, 32),
            *("##.", "##.", "oo.", "##.", "###", "###", "ooo", "##.", "##."),
            *("#..", "#.."),
        ),
    ),
    "tower": (
        region(
            *("rocket.jpg", 0, 0, 42),
            *(".#", ".#", ".#", ".#", "##", "##", "##", "oo", "oo", "##"),
        ),
        region(
            *("rocket.jpg", 556, 0, 42),
            *("##", "##", "oo", "oo", "##", "##", "##", "##", "##", "##"),
        ),
    ),
    "rocket": (
        region("astronaut.png", 350, 0, 55, "##", "#o", "##", "#o", "##"),
        region("rocket.jpg", 295, 125, 55, "#", "#", "#", "o", "#"),
    ),
}
