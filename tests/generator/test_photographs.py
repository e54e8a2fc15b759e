"""Photographs from a folder to the canvas."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from generator.errors import PhotographError
from generator.networks import Preprocessing
from generator.photograph_folder import (
    distinct_files,
    files_among,
    photograph_sha256,
)
from generator.photographs import (
    from_picture,
    list_photographs,
    quantize,
    read_canvases,
    read_photograph,
    to_canvas,
    to_picture,
)

SEEN = Preprocessing(
    input_px=64, resize_px=128, mean=(0.5, 0.5, 0.5), std=(0.2, 0.2, 0.2)
)


def save(path: Path, color: str = "red", size: tuple[int, int] = (40, 50)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, color).save(path)


def test_photographs_are_sorted_and_exact_duplicates_dropped(tmp_path: Path) -> None:
    save(tmp_path / "b/two.png", "blue")
    save(tmp_path / "a/one.png", "red")
    save(tmp_path / "c/same.png", "red")
    save(tmp_path / "top.png", "green")
    (tmp_path / "notes.txt").write_text("no photograph")

    found = list_photographs(tmp_path)

    assert [(p.path, p.class_label) for p in found] == [
        ("a/one.png", "a"),
        ("b/two.png", "b"),
        ("top.png", None),
    ]


def test_files_and_folders_together_are_files_each_once(tmp_path: Path) -> None:
    save(tmp_path / "folder/one.png", "red")
    save(tmp_path / "folder/two.png", "blue")
    one = tmp_path / "folder/one.png"

    found = files_among([one, tmp_path / "folder", one])

    assert found == [one, tmp_path / "folder/two.png"]


def test_a_photograph_in_two_folders_counts_once(tmp_path: Path) -> None:
    save(tmp_path / "a/one.png", "red")
    save(tmp_path / "b/copy.png", "red")
    save(tmp_path / "b/two.png", "blue")

    found = distinct_files([tmp_path / "a", tmp_path / "b"])

    assert list(found.values()) == [tmp_path / "a/one.png", tmp_path / "b/two.png"]
    assert list(found) == [photograph_sha256(path) for path in found.values()]


def test_canvases_are_read_in_the_order_of_their_files(tmp_path: Path) -> None:
    files = [tmp_path / "red.png", tmp_path / "blue.png"]
    save(files[0], "red")
    save(files[1], "blue")

    canvases = read_canvases(files, SEEN, 16)

    assert canvases.shape == (2, 3, 16, 16)
    assert canvases.mean((2, 3)).tolist() == [[1, 0, 0], [0, 0, 1]]


def test_a_folder_without_photographs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PhotographError, match="no photograph in"):
        list_photographs(tmp_path)


def test_a_corrupt_photograph_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "half.png"
    save(path)
    path.write_bytes(path.read_bytes()[:60])

    with pytest.raises(PhotographError, match=r"half\.png"):
        read_photograph(path)


def test_a_tiny_photograph_is_refused(tmp_path: Path) -> None:
    save(tmp_path / "tiny.png", size=(31, 100))

    with pytest.raises(PhotographError, match="31 x 100"):
        read_photograph(tmp_path / "tiny.png")


def test_transparent_parts_are_white(tmp_path: Path) -> None:
    Image.new("RGBA", (40, 40), (255, 0, 0, 0)).save(tmp_path / "clear.png")

    assert read_photograph(tmp_path / "clear.png").getpixel((5, 5)) == (255, 255, 255)


def test_the_canvas_is_the_central_square_that_the_network_sees() -> None:
    """resize 128, crop 64: the middle half of the short side."""
    pixels = np.zeros((80, 120, 3), dtype=np.uint8)
    pixels[20:60, 40:80] = 255

    canvas = to_canvas(Image.fromarray(pixels), SEEN, 40)

    assert canvas.shape == (3, 40, 40)
    assert canvas.min() == 1


def test_a_checkerboard_of_single_pixels_shrinks_to_gray() -> None:
    board = (np.indices((256, 256)).sum(0) % 2 * 255).astype(np.uint8)
    image = Image.fromarray(board).convert("RGB")

    canvas = to_canvas(image, SEEN, 32)

    assert (canvas - 0.5).abs().max() < 0.03


def test_a_quantized_canvas_survives_the_png() -> None:
    canvas = torch.rand(3, 9, 7, generator=torch.Generator().manual_seed(1))

    assert torch.equal(from_picture(to_picture(canvas)), quantize(canvas))


def test_sixteen_bit_levels_keep_their_proportions(tmp_path: Path) -> None:
    """Pillow alone would clip every level above 255 to white."""
    levels = np.zeros((40, 40), dtype=np.uint16)
    levels[:, 20:] = 257 * 100
    for name in ("deep.png", "deep.tif"):
        Image.fromarray(levels).save(tmp_path / name)

        found = read_photograph(tmp_path / name)

        assert found.getpixel((5, 5)) == (0, 0, 0)
        assert found.getpixel((30, 5)) == (100, 100, 100)


@pytest.mark.parametrize("kind", [np.float32, np.int32])
def test_levels_without_a_fixed_white_are_refused(
    tmp_path: Path, kind: type[np.generic]
) -> None:
    Image.fromarray(np.ones((40, 40), dtype=kind)).save(tmp_path / "deep.tif")

    with pytest.raises(PhotographError, match=r"deep\.tif.*no fixed white"):
        read_photograph(tmp_path / "deep.tif")


def test_gray_palette_and_print_colors_become_rgb(tmp_path: Path) -> None:
    red = Image.new("RGB", (40, 40), (200, 0, 0))
    for mode, name in (
        ("L", "l.png"),
        ("P", "p.png"),
        ("CMYK", "c.jpg"),
        ("1", "1.png"),
    ):
        red.convert(mode).save(tmp_path / name)

        assert read_photograph(tmp_path / name).mode == "RGB"
    red_again = read_photograph(tmp_path / "c.jpg").getpixel((5, 5))
    assert isinstance(red_again, tuple)
    assert red_again[0] > 180 > 40 > max(red_again[1:])


def test_a_turned_photograph_is_set_upright(tmp_path: Path) -> None:
    """Exif orientation 6: the camera's top is on the right."""
    camera = Image.new("RGB", (60, 40), "black")
    camera.paste("white", (0, 0, 20, 40))
    exif = Image.Exif()
    exif[0x0112] = 6
    camera.save(tmp_path / "turned.png", exif=exif)

    upright = read_photograph(tmp_path / "turned.png")

    assert upright.size == (40, 60)
    assert upright.getpixel((20, 5)) == (255, 255, 255)
    assert upright.getpixel((20, 55)) == (0, 0, 0)
