"""Picture files: pixels, nothing else, and the length asked for (5.3)."""

import io
import zlib
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from study_server.png import MIN_PADDING, SEGMENTS, encode_png, pad_png, segments


def noise(side_px: int = 12, seed: int = 1) -> Image.Image:
    return Image.frombytes(
        "RGB", (side_px, side_px), Random(seed).randbytes(side_px**2 * 3)
    )


def pixels(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as image:
        assert image.info == {}
        return image.tobytes()


@given(st.integers(MIN_PADDING, 3000))
def test_a_padded_file_has_the_length_asked_for_and_the_same_pixels(
    n_more: int,
) -> None:
    content = encode_png(noise())

    padded = pad_png(content, len(content) + n_more)

    assert len(padded) == len(content) + n_more
    assert pixels(padded) == noise().tobytes()
    assert [name for name, _ in segments(padded)] == list(SEGMENTS)


def test_the_padding_is_part_of_a_valid_compressed_stream() -> None:
    content = encode_png(noise())
    (_, _), (_, before), _ = segments(content)
    (_, _), (_, after), _ = segments(pad_png(content, len(content) + 1234))

    decoder = zlib.decompressobj()

    assert decoder.decompress(after) == zlib.decompress(before)
    assert decoder.eof
    assert decoder.unused_data == b""


def test_a_file_is_not_padded_to_less_than_it_has() -> None:
    content = encode_png(noise())

    with pytest.raises(ValueError, match=f"ask for {len(content) + MIN_PADDING}"):
        pad_png(content, len(content) + MIN_PADDING - 1)


def test_a_large_picture_is_one_segment_of_pixels() -> None:
    content = encode_png(noise(side_px=300))  # 270 kB, more than one write of Pillow

    assert [name for name, _ in segments(content)] == list(SEGMENTS)
    assert pixels(content) == noise(side_px=300).tobytes()


def test_what_else_a_file_holds_is_left_out() -> None:
    image = noise()
    image.info["dpi"] = (72, 72)
    note = PngInfo()
    note.add_text("Title", "the right one")
    buffer = io.BytesIO()
    image.save(buffer, "PNG", pnginfo=note)
    with Image.open(io.BytesIO(buffer.getvalue())) as loaded:
        loaded.load()
        content = encode_png(loaded)

    assert b"the right one" in buffer.getvalue()
    assert [name for name, _ in segments(content)] == list(SEGMENTS)
