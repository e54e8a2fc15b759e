"""Difference hashes, and groups of pictures that look alike."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from generator.perceptual_hash import (
    bits_apart,
    difference_hash,
    duplicate_groups,
    hash_text,
    nearest_bits,
)

HASHES = st.integers(min_value=0, max_value=2**64 - 1)


def test_a_picture_that_darkens_to_the_right_has_every_bit_set() -> None:
    row = np.linspace(255, 0, 90, dtype=np.uint8)
    picture = np.broadcast_to(row[None, :, None], (80, 90, 3)).copy()

    assert hash_text(difference_hash(picture)) == "f" * 16


def test_a_uniform_picture_has_no_bit_set() -> None:
    picture = np.full((32, 32, 3), 99, dtype=np.uint8)

    assert hash_text(difference_hash(picture)) == "0" * 16


def test_one_more_level_of_brightness_leaves_the_hash_nearly_unchanged() -> None:
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 250, size=(64, 64, 3), dtype=np.uint8)

    assert bits_apart(difference_hash(picture), difference_hash(picture + 1)) <= 2


def test_chains_of_near_duplicates_make_one_group() -> None:
    # 0 – 0b1111 are 4 apart, 0b1111 – 0xff too, but 0 – 0xff are 8 apart.
    hashes = [0, 2**64 - 1, 0xFF, 0b1111]

    assert duplicate_groups(hashes).tolist() == [0, 1, 0, 0]


@given(st.lists(HASHES, min_size=1, max_size=30))
def test_pictures_of_different_groups_are_never_close(hashes: list[int]) -> None:
    groups = duplicate_groups(hashes)

    for i, one in enumerate(hashes):
        for j, other in enumerate(hashes):
            if groups[i] != groups[j]:
                assert bits_apart(one, other) > 4


@given(st.lists(HASHES, min_size=1, max_size=9), st.lists(HASHES, max_size=4))
def test_nearest_bits_is_the_least_distance(
    hashes: list[int], others: list[int]
) -> None:
    found = nearest_bits(np.array(hashes, dtype=np.uint64), others)

    expected = [min([bits_apart(h, o) for o in others], default=64) for h in hashes]
    assert found.tolist() == expected
