"""The leakage audit names feature, pair and rule of every planted violation."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.errors import PoolError
from generator.exemplars.tiles import FeaturePool, SelectionConfig, Tiles, select_tiles
from generator.pairs.audit import ShownPicture, audit_pairs, raise_broken
from generator.pairs.query_pairs import QueryPair, QueryPairConfig, select_query_pairs
from generator.photograph_folder import Photograph
from tests.generator.exemplars.test_selection_of_tiles import make_pool

CONFIG = QueryPairConfig(minimum_gap=10)
CLASSES = ("dog", "dog", "cat", "cat", "owl", "owl", "dog", "cat", "owl", "owl")
"""Photographs 0 and 1 are tiles below; photograph i lies at percentile 10 i + 5."""

TILES = Tiles(natural=np.array([0]), seed_images=np.array([1]))
NEAR = QueryPair(stratum="near", high=9, low=2, gap=70)
FAR = QueryPair(stratum="far", high=8, low=3, gap=50)
WITHIN = QueryPair(stratum="within_class", high=7, low=2, gap=50)


def hand_pool() -> FeaturePool:
    rng = np.random.default_rng(0)
    return FeaturePool(
        feature_id="logit:brick",
        activations=np.arange(10, dtype=np.float32),
        class_labels=CLASSES,
        hashes=rng.integers(0, 2**64, size=10, dtype=np.uint64),
        groups=np.arange(10),
    )


def photographs(n: int = 10) -> list[Photograph]:
    return [
        Photograph(path=f"{i}.png", sha256=f"{i:064x}", class_label=None)
        for i in range(n)
    ]


def refused(
    pool: FeaturePool,
    pairs: list[QueryPair],
    *,
    tiles: Tiles = TILES,
    photos: list[Photograph] | None = None,
    made: list[ShownPicture] | None = None,
) -> str:
    photos = photographs() if photos is None else photos
    audits = audit_pairs(pool, photos, pairs, CONFIG, tiles=tiles, made=made or [])
    with pytest.raises(PoolError) as caught:
        raise_broken(audits, photos)
    return str(caught.value)


@pytest.mark.parametrize("pair", [NEAR, FAR, WITHIN])
def test_a_pair_that_keeps_its_rules_passes_and_says_what_is_nearest(
    pair: QueryPair,
) -> None:
    pool = hand_pool()

    audits = audit_pairs(pool, photographs(), [pair], CONFIG, tiles=TILES)

    raise_broken(audits, photographs())
    assert [one.role for one in audits] == ["high", "low"]
    for one in audits:
        bits = [
            (int(pool.hashes[one.position]) ^ int(pool.hashes[tile])).bit_count()
            for tile in (0, 1)
        ]
        assert one.nearest_bits == min(bits)
        assert one.nearest == f"{bits.index(min(bits))}.png"


@pytest.mark.parametrize(
    ("pair", "rule"),
    [
        (replace(NEAR, high=8, gap=60), "percentile 85.0 is below 90"),
        (replace(FAR, high=6, gap=30), "its class dog is the class of a tile"),
        (replace(WITHIN, high=8, gap=60), "its class owl is not that of the other"),
        (replace(NEAR, low=8, gap=10.5), "the gap is 10 points, not 10.5 as stated"),
        (replace(NEAR, high=2, low=9, gap=-70), "is not 10 points above"),
        (replace(NEAR, stratum="nearby"), "no stratum 'nearby'"),
    ],
)
def test_a_broken_rule_of_a_stratum_is_named(pair: QueryPair, rule: str) -> None:
    found = refused(hand_pool(), [pair])

    assert rule in found
    assert f"logit:brick, {pair.stratum} pair 0, high photograph" in found


def test_a_query_that_looks_like_a_tile_is_named_with_its_distance() -> None:
    pool = hand_pool()
    pool.hashes[2] = pool.hashes[1] ^ np.uint64(0b111111111)  # nine bits

    found = refused(pool, [NEAR])

    assert "near pair 0, low photograph 2.png: is 9 bits from the tile 1.png" in found


def test_a_query_with_the_bytes_of_a_tile_is_named() -> None:
    photos = photographs()
    photos[9] = replace(photos[9], sha256=photos[0].sha256)

    assert "9.png: has the same bytes as the tile 0.png" in refused(
        hand_pool(), [NEAR], photos=photos
    )


def test_a_tile_that_is_itself_asked_about_is_named() -> None:
    tiles = replace(TILES, natural=np.array([9]))

    assert "9.png: has the same bytes as the tile 9.png" in refused(
        hand_pool(), [NEAR], tiles=tiles
    )


def test_a_query_that_looks_like_a_made_picture_is_named() -> None:
    pool = hand_pool()
    near = int(pool.hashes[9]) ^ 1
    made = ShownPicture(name="a.png", sha256="f" * 64, perceptual_hash=near)

    assert "is 1 bits from the tile a.png" in refused(pool, [NEAR], made=[made])


def test_a_photograph_or_look_alike_in_two_pairs_is_named() -> None:
    pool = hand_pool()
    assert "asked about twice" in refused(pool, [NEAR, WITHIN])  # both use 2

    alike = replace(pool, groups=np.array([0, 1, 2, 2, 4, 5, 6, 7, 8, 9]))
    assert "asked about twice" in refused(alike, [NEAR, FAR])  # 2 and 3


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_pairs_that_are_chosen_pass_the_audit(rng_seed: int) -> None:
    pool = make_pool(rng_seed)
    rng = np.random.default_rng(rng_seed)
    tiles = select_tiles(pool, SelectionConfig(), n_far_pairs=2, rng=rng)

    pairs = select_query_pairs(pool, tiles, CONFIG, rng=rng)

    photos = photographs(len(pool.activations))
    audits = audit_pairs(pool, photos, pairs, CONFIG, tiles=tiles)
    raise_broken(audits, photos)
    assert min(one.nearest_bits for one in audits) >= 10


def test_only_allowed_photographs_are_asked_about() -> None:
    pool = make_pool(3)
    rng = np.random.default_rng(0)
    tiles = select_tiles(pool, SelectionConfig(), n_far_pairs=2, rng=rng)
    allowed = np.arange(len(pool.activations)) % 2 == 0

    pairs = select_query_pairs(pool, tiles, CONFIG, allowed=allowed, rng=rng)

    assert all(allowed[[pair.high, pair.low]].all() for pair in pairs)


def test_a_photograph_of_no_class_is_never_the_strong_one_of_a_far_pair() -> None:
    pool = make_pool(5)
    labels = tuple(None if label == "class 3" else label for label in pool.class_labels)
    pool = replace(pool, class_labels=labels)
    rng = np.random.default_rng(0)
    tiles = select_tiles(pool, SelectionConfig(n_natural=3), n_far_pairs=2, rng=rng)

    pairs = select_query_pairs(pool, tiles, CONFIG, rng=rng)

    assert all(labels[pair.high] is not None for pair in pairs if pair.stratum == "far")
