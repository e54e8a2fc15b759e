"""The photograph pool: disjoint, deterministic, and honest about its sources."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from generator.demo import sources
from generator.demo.photographs import (
    PhotographsConfig,
    cut_cell,
    evenly_taken,
    pool_pictures,
    write_photographs,
)
from generator.demo.regions import CLASSES, Cell
from generator.demo.sources import pixels_sha256, read_source, with_contrast
from generator.errors import ConfigError, PhotographError

SMALL = PhotographsConfig(side_px=32, max_per_class=2)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*.png")
    }


def test_pool_has_a_folder_of_pictures_for_each_class(tmp_path: Path) -> None:
    n_written = write_photographs(tmp_path / "pool", SMALL)

    assert n_written == 2 * len(CLASSES)
    assert {path.name for path in (tmp_path / "pool").iterdir()} == set(CLASSES)
    for path in (tmp_path / "pool").rglob("*.png"):
        with Image.open(path) as picture:
            assert (picture.size, picture.mode) == ((32, 32), "RGB")


def test_pool_has_the_same_bytes_every_time(tmp_path: Path) -> None:
    write_photographs(tmp_path / "first", SMALL)
    write_photographs(tmp_path / "second", SMALL)

    assert contents(tmp_path / "first") == contents(tmp_path / "second")


def test_pool_takes_each_cell_once() -> None:
    pictures = list(pool_pictures(PhotographsConfig()))

    assert len({picture.cell for picture in pictures}) == len(pictures)
    assert len({picture.path for picture in pictures}) == len(pictures)


def test_no_class_fills_the_pool_and_none_is_short() -> None:
    pictures = list(pool_pictures(PhotographsConfig(max_per_class=36)))
    counts = [
        sum(picture.path.parts[0] == label for picture in pictures) for label in CLASSES
    ]

    assert min(counts) >= 14
    assert max(counts) <= 36


def test_cells_are_taken_from_the_whole_list() -> None:
    cells = [
        Cell(photograph="x", left=left, top=0, side_px=1, is_held_out=False)
        for left in range(10)
    ]

    taken = evenly_taken(cells, 5)

    assert [cell.left for cell in taken] == [0, 2, 4, 6, 8]


def test_pixels_outside_a_cell_do_not_enter() -> None:
    pixels = np.zeros((40, 40, 3), dtype=np.uint8)
    pixels[10:30, 10:30] = 200
    cell = Cell(photograph="x", left=10, top=10, side_px=20, is_held_out=False)

    picture = cut_cell(Image.fromarray(pixels), cell, 32)

    assert np.unique(np.asarray(picture)).tolist() == [200]


def test_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")

    with pytest.raises(PhotographError, match=r"other files \(notes.txt for one\)"):
        write_photographs(tmp_path, SMALL)


def test_a_pool_that_was_stopped_is_finished_and_damage_mended(tmp_path: Path) -> None:
    write_photographs(tmp_path / "whole", SMALL)
    write_photographs(tmp_path / "mended", SMALL)
    first, second, *_ = sorted((tmp_path / "mended").rglob("*.png"))
    first.unlink()
    second.write_bytes(b"half a pic")

    write_photographs(tmp_path / "mended", SMALL)

    assert contents(tmp_path / "mended") == contents(tmp_path / "whole")


def test_tiny_pictures_are_refused() -> None:
    with pytest.raises(ConfigError, match="side_px must be at least 32; got 8"):
        PhotographsConfig(side_px=8)


def test_changed_photograph_is_named_with_both_hashes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.new("RGB", (20, 20), "red").save(tmp_path / "brick.png")
    monkeypatch.setattr(sources, "folder", lambda: tmp_path)

    with pytest.raises(PhotographError, match=r"brick\.png is not .*`pip install"):
        read_source("brick.png")


def test_contrast_is_raised_around_the_median() -> None:
    levels = np.full((4, 4, 3), 100, dtype=np.uint8)
    levels[0, 0] = 110
    levels[0, 1] = 0

    stretched = np.asarray(with_contrast(Image.fromarray(levels), 2.0))

    assert stretched[:2, :2, 0].tolist() == [[120, 0], [100, 100]]


def test_missing_photograph_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "folder", lambda: tmp_path)

    with pytest.raises(PhotographError, match=r"coins\.png cannot be read"):
        read_source("coins.png")


def test_missing_scikit_image_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "find_spec", lambda _: None)

    with pytest.raises(PhotographError, match="scikit-image is not installed"):
        sources.folder()


def test_pixel_hash_depends_on_shape_and_levels() -> None:
    wide = Image.new("RGB", (4, 2), "red")
    tall = Image.new("RGB", (2, 4), "red")
    blue = Image.new("RGB", (4, 2), "blue")

    assert len({pixels_sha256(picture) for picture in (wide, tall, blue)}) == 3
