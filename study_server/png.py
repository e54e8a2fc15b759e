"""PNG files that hold pixels and nothing else, of whatever length is asked for.

A file's length tells how much there is to see in a picture, and so perhaps which of
two pictures is the right one. A file is made longer inside its compressed data: by
blocks of no pixels, which every decoder reads over. The file stays valid, and has no
segment that another file has not. No Flask.
"""

import io
import struct
import zlib
from collections.abc import Iterator

from PIL import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"
SEGMENTS = (b"IHDR", b"IDAT", b"IEND")
"""All that a file of ours consists of, in order: size, pixels, end."""

EMPTY_5 = bytes.fromhex("00 00 00 ff ff")
"""A stored block of no bytes (RFC 1951, section 3.2.4); not the last block."""
EMPTY_6 = bytes.fromhex("02 00 00 00 ff ff")
"""A block of fixed codes that ends at once (3.2.6), and the one above: 10 + 38 bits."""

MIN_PADDING = 20
"""Every number from here on is a sum of fives and sixes."""
ZLIB_HEADER_BYTES = 2
COMPRESSION_LEVEL = 6


def encode_png(image: Image.Image) -> bytes:
    """The pixels of an RGB image, with the same settings for every image."""
    bare = Image.frombytes("RGB", image.size, image.tobytes())
    buffer = io.BytesIO()
    bare.save(buffer, "PNG", compress_level=COMPRESSION_LEVEL)
    return _file(*_parts(buffer.getvalue()))


def pad_png(content: bytes, n_bytes: int) -> bytes:
    """The same picture in a file of exactly that many bytes.

    Args:
        content: a PNG file; it keeps its pixels and loses all other segments.
        n_bytes: at least MIN_PADDING more than the file has.

    Raises:
        ValueError: the file is too long already.
    """
    missing = n_bytes - len(content)
    if missing < MIN_PADDING:
        raise ValueError(
            f"a picture of {len(content)} bytes cannot be padded to {n_bytes}; "
            f"ask for {len(content) + MIN_PADDING} or more"
        )
    n_sixes = missing % 5
    empty = EMPTY_6 * n_sixes + EMPTY_5 * ((missing - 6 * n_sixes) // 5)
    size, pixels = _parts(content)
    begin, rest = pixels[:ZLIB_HEADER_BYTES], pixels[ZLIB_HEADER_BYTES:]
    return _file(size, begin + empty + rest)


def segments(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and data of each segment of a PNG file."""
    place = len(SIGNATURE)
    while place < len(content):
        length, name = struct.unpack_from(">I4s", content, place)
        yield name, content[place + 8 : place + 8 + length]
        place += 12 + length


def _parts(content: bytes) -> tuple[bytes, bytes]:
    """Data of the first segment, and the pixels of all segments that hold some."""
    parts = list(segments(content))
    pixels = b"".join(data for name, data in parts if name == b"IDAT")
    return parts[0][1], pixels


def _file(size: bytes, pixels: bytes) -> bytes:
    parts = zip(SEGMENTS, (size, pixels, b""), strict=True)
    return SIGNATURE + b"".join(_segment(name, data) for name, data in parts)


def _segment(name: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(data, zlib.crc32(name))
    return struct.pack(">I4s", len(data), name) + data + struct.pack(">I", checksum)
