"""Pieces packed by another thread."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from study_server.export.packing import MOST_WAITING, packed


def test_pieces_come_out_in_order_and_whole() -> None:
    pieces = [bytes([number]) for number in range(20)]

    with ThreadPoolExecutor(1) as thread:
        found = list(packed(pieces, lambda piece: [piece, piece], thread))

    assert found == [each for piece in pieces for each in (piece, piece)]


def test_few_pieces_are_held_at_a_time() -> None:
    n_made = 0

    def pieces() -> Iterator[bytes]:
        nonlocal n_made
        for _ in range(20):
            n_made += 1
            yield b"x"

    with ThreadPoolExecutor(1) as thread:
        next(packed(pieces(), lambda piece: [piece], thread))

    assert n_made == MOST_WAITING + 1


def test_what_goes_wrong_while_packing_is_told() -> None:
    def pack(_piece: bytes) -> list[bytes]:
        raise OSError("the disk is full")

    with ThreadPoolExecutor(1) as thread, pytest.raises(OSError, match="full"):
        list(packed([b"x"], pack, thread))
