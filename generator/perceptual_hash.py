"""A 64-bit difference hash: pictures that look alike differ in few bits. No torch."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

HASH_SIDE = 8
"""Rows of the hash, and comparisons per row: 8 x 8 = 64 bits."""

MAX_DUPLICATE_BITS = 4
"""Photographs no further apart than this count as one picture."""

MIN_AUDIT_BITS = 10
"""A query picture and a tile of its panel must be at least this far apart."""


def difference_hash(picture: NDArray[np.uint8]) -> int:
    """Which of neighboring gray values is larger, on a 9 x 8 miniature.

    The first bit (the most significant) is the upper left comparison; a bit is 1
    where the left value is larger than the one right of it.

    Args:
        picture: (H, W, 3) uint8 RGB.

    Returns:
        0 to 2**64 - 1.

    Source: N. Krawetz (2013), Kind of Like That.
    """
    gray = Image.fromarray(picture).convert("L")
    size = (HASH_SIDE + 1, HASH_SIDE)
    small = np.asarray(gray.resize(size, Image.Resampling.LANCZOS))  # (8, 9)
    bits = (small[:, :-1] > small[:, 1:]).ravel()  # (64,)
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def hash_text(value: int) -> str:
    """A hash as 16 hex digits, the form a manifest stores."""
    return f"{value:016x}"


def bits_apart(one: int, other: int) -> int:
    """How many of the 64 bits differ."""
    return (one ^ other).bit_count()


def nearest_bits(
    hashes: NDArray[np.uint64], others: Iterable[int]
) -> NDArray[np.uint8]:
    """For each hash, the bits between it and the nearest of the others.

    Args:
        hashes: (n,) uint64.
        others: hashes to compare with.

    Returns:
        (n,) uint8; 64 everywhere when there are no others.
    """
    nearest = np.full(hashes.shape, 64, dtype=np.uint8)
    for other in others:
        np.minimum(nearest, np.bitwise_count(hashes ^ np.uint64(other)), out=nearest)
    return nearest


def duplicate_groups(
    hashes: Sequence[int], *, max_bits: int = MAX_DUPLICATE_BITS
) -> NDArray[np.int64]:
    """Number the groups of pictures that look alike.

    Two pictures are in one group when a chain of pictures joins them in which each
    differs from the next in at most max_bits bits.

    Returns:
        (n,) int64: for each picture, the position of the first member of its group.
    """
    values = np.array(hashes, dtype=np.uint64)
    group = np.arange(len(values))
    for index, value in enumerate(values):
        near = np.bitwise_count(values[: index + 1] ^ value) <= max_bits
        joined = np.unique(group[: index + 1][near])
        if len(joined) > 1:  # else it is near nothing but itself
            group[np.isin(group, joined)] = joined[0]
    return group
