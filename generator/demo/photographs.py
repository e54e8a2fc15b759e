"""scikit-image's photographs as a folder of small ones, one sub-folder per class.

This is the demo's photograph pool. No two pictures share a pixel, so a picture that is
asked about never overlaps one that was shown.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from PIL import Image

from generator.demo.regions import CLASSES, Cell
from generator.demo.sources import read_source
from generator.errors import ConfigError, PhotographError
from generator.jobs import write_whole


@dataclass(frozen=True, kw_only=True, slots=True)
class PhotographsConfig:
    """How the pool is cut."""

    side_px: int = 128
    """Side of the pictures written, pixels."""

    max_per_class: int = 36
    """Pictures of a class at most, evenly taken from all its cells, so that no class
    fills the pool."""

    def __post_init__(self) -> None:
        if self.side_px < 32:
            raise ConfigError(f"side_px must be at least 32; got {self.side_px}")
        if self.max_per_class < 1:
            raise ConfigError(
                f"max_per_class must be at least 1; got {self.max_per_class}"
            )


class PoolPicture(NamedTuple):
    """One picture of the pool and where it comes from."""

    path: PurePosixPath
    """Relative to the pool's folder."""

    cell: Cell


def write_photographs(folder: Path, config: PhotographsConfig) -> int:
    """Write the pool, or finish one begun; the same bytes every time.

    Args:
        folder: new, empty, or a pool of the same config.

    Returns:
        Number of pictures in the pool.

    Raises:
        PhotographError: the folder holds something else or cannot be written, or a
            photograph of scikit-image is missing or another than expected.
    """
    pictures = list(pool_pictures(config))
    refuse_other_files(folder, {folder / picture.path for picture in pictures})
    photographs: dict[str, Image.Image] = {}
    for picture in pictures:
        name = picture.cell.photograph
        if name not in photographs:
            photographs[name] = read_source(name)
        buffer = io.BytesIO()
        cut_cell(photographs[name], picture.cell, config.side_px).save(buffer, "png")
        path = folder / picture.path
        if not (path.is_file() and path.read_bytes() == buffer.getvalue()):
            write_whole(path, buffer.getvalue())
    return len(pictures)


def refuse_other_files(folder: Path, expected: set[Path]) -> None:
    """A pool mixed with other files would not be the pool."""
    if folder.exists() and not folder.is_dir():
        raise PhotographError(f"{folder} is not a folder; name a new one")
    for path in sorted(folder.rglob("*")):
        is_ours = path in expected or path.name.startswith(".")  # a stopped run's
        if not path.is_dir() and not is_ours:
            raise PhotographError(
                f"{folder} holds other files ({path.name} for one), which would mix "
                "with the photographs; name a new folder, or empty this one"
            )


def pool_pictures(config: PhotographsConfig) -> Iterator[PoolPicture]:
    """Every picture of the pool, in the order of the classes."""
    for class_label, regions in CLASSES.items():
        cells = [cell for region in regions for cell in region.cells()]
        for cell in evenly_taken(cells, config.max_per_class):
            stem = cell.photograph.split(".")[0].replace("_", "-")
            name = f"{stem}-x{cell.left:04d}-y{cell.top:04d}.png"
            yield PoolPicture(PurePosixPath(class_label, name), cell)


def evenly_taken(cells: list[Cell], count: int) -> list[Cell]:
    """At most `count` of the cells, spread over the whole list."""
    if len(cells) <= count:
        return cells
    return [cells[index * len(cells) // count] for index in range(count)]


def cut_cell(photograph: Image.Image, cell: Cell, side_px: int) -> Image.Image:
    """The cell alone, resized: pixels outside it do not enter."""
    right, bottom = cell.left + cell.side_px, cell.top + cell.side_px
    square = photograph.crop((cell.left, cell.top, right, bottom))
    return square.resize((side_px, side_px), Image.Resampling.BICUBIC)
