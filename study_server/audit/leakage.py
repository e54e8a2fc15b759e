"""Whether an option of a trial was already shown, or nearly, by a panel. Pure.

Every query photograph is compared with every tile that any condition could show.
"""

from collections.abc import Iterator
from typing import NamedTuple

from study_server.bundle import Bundle, Feature, QueryPair
from study_server.bundle_kinds import LISTED_KINDS, OPTIONAL_KINDS
from study_server.stimulus import Stimulus

MIN_HASH_BITS = 10
"""Smallest distance of perceptual hashes (of 64 bits) between a query and a tile."""

PHOTOGRAPH_LISTS = ("natural", "seed_images", "minimal")


class Leak(NamedTuple):
    """One rule broken by one pair, or by the panels of a feature."""

    feature_id: str
    query_pair_id: str | None
    """None where panels alone break the rule."""

    rule: str
    detail: str


def find_leaks(
    bundle: Bundle, feature_ids: list[str], *, min_distance: float | None = None
) -> list[Leak]:
    """Every broken rule of the features that a study uses.

    Args:
        min_distance: perceptual distance asked for between each query and each tile,
            in the unit of the bundle. None: distances are not looked at.
    """
    features = {feature.feature_id: feature for feature in bundle.features}
    return [
        leak
        for name in feature_ids
        for leak in _leaks_of(bundle, features[name], min_distance)
    ]


def _leaks_of(
    bundle: Bundle, feature: Feature, min_distance: float | None
) -> Iterator[Leak]:
    tiles = [bundle.stimuli[i] for i in tiles_of(feature) if i in bundle.stimuli]
    yield from _repeated_tiles(bundle, feature)
    for pair in bundle.pairs_of(feature.feature_id):
        yield from _stratum_leaks(bundle, pair, tiles)
        if min_distance is not None:
            yield from _close_tiles(bundle, feature, pair, min_distance)
        for stimulus_id in (pair.high_stimulus_id, pair.low_stimulus_id):
            query = bundle.stimuli.get(stimulus_id)
            if query is not None:
                yield from _near_tiles(pair, query, tiles)
    for one in feature.occlusions:
        query = bundle.stimuli.get(one.stimulus_id)
        if query is not None:
            yield from _copies(feature.feature_id, one.occlusion_id, query, tiles)


def tiles_of(feature: Feature) -> list[str]:
    """Every image that a panel of the feature could show."""
    lists = [getattr(feature, name) for name in (*LISTED_KINDS, *OPTIONAL_KINDS)]
    return [i for images in (*lists, *feature.controls.values()) for i in images]


def hash_distance(one: str, other: str) -> int:
    """Bits in which two perceptual hashes differ, 0 to 64."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def _close_tiles(
    bundle: Bundle, feature: Feature, pair: QueryPair, min_distance: float
) -> Iterator[Leak]:
    """Tiles that a query lies too near to, or for which nobody measured it."""
    for query_id in (pair.high_stimulus_id, pair.low_stimulus_id):
        for tile_id in dict.fromkeys(tiles_of(feature)):
            distance = feature.query_distances.get((query_id, tile_id))
            if distance is not None and distance >= min_distance:
                continue
            query, tile = (bundle.stimuli[i].file for i in (query_id, tile_id))
            found = (
                f"{query} and the tile {tile} lie {distance:g} apart; at least "
                f"{min_distance:g} is asked for"
                if distance is not None
                else f"the bundle's query_distances do not say how far {query} lies "
                f"from the tile {tile}"
            )
            yield Leak(
                pair.feature_id, pair.query_pair_id, "perceptual_distance", found
            )


def _near_tiles(
    pair: QueryPair, query: Stimulus, tiles: list[Stimulus]
) -> Iterator[Leak]:
    yield from _copies(pair.feature_id, pair.query_pair_id, query, tiles)
    for tile in tiles:
        if query.perceptual_hash is None or tile.perceptual_hash is None:
            continue
        bits = hash_distance(query.perceptual_hash, tile.perceptual_hash)
        if query.sha256 != tile.sha256 and bits < MIN_HASH_BITS:
            yield Leak(
                pair.feature_id,
                pair.query_pair_id,
                "hash_distance",
                f"{query.file} and the tile {tile.file} differ in {bits} bits of "
                f"their perceptual hash; at least {MIN_HASH_BITS} are asked for",
            )


def _copies(
    feature_id: str, pair_id: str, query: Stimulus, tiles: list[Stimulus]
) -> Iterator[Leak]:
    for tile in tiles:
        if query.sha256 == tile.sha256:
            yield Leak(
                feature_id,
                pair_id,
                "equal_bytes",
                f"{query.file} is the same picture as the tile {tile.file}",
            )


def _stratum_leaks(
    bundle: Bundle, pair: QueryPair, tiles: list[Stimulus]
) -> Iterator[Leak]:
    high = bundle.stimuli.get(pair.high_stimulus_id)
    low = bundle.stimuli.get(pair.low_stimulus_id)
    if high is None or low is None:
        return
    name = (pair.feature_id, pair.query_pair_id)
    if pair.stratum == "far" and high.class_label is not None:
        shown = {tile.class_label for tile in tiles if tile.seed_image_id is None}
        if high.class_label in shown:
            yield Leak(
                *name,
                "stratum_far",
                f"{high.file} shows {high.class_label!r}, and so does a tile",
            )
    if pair.stratum == "within_class" and high.class_label != low.class_label:
        yield Leak(
            *name,
            "stratum_within_class",
            f"{high.file} shows {high.class_label!r}, {low.file} {low.class_label!r}",
        )
    if high.activation_percentile is None or low.activation_percentile is None:
        return
    if high.activation_percentile < low.activation_percentile:
        yield Leak(
            *name,
            "order",
            f"{high.file} is at percentile {high.activation_percentile:.1f}, below "
            f"{low.file} at {low.activation_percentile:.1f}",
        )


def _repeated_tiles(bundle: Bundle, feature: Feature) -> Iterator[Leak]:
    """One photograph in two places of the panels, as a wrong stride would leave it."""
    seen: dict[str, str] = {}
    for name in PHOTOGRAPH_LISTS:
        for stimulus_id in getattr(feature, name):
            tile = bundle.stimuli.get(stimulus_id)
            if tile is None:
                continue
            if tile.sha256 in seen:
                yield Leak(
                    feature.feature_id,
                    None,
                    "repeated_tile",
                    f"{tile.file} of {name} is the same picture as one of "
                    f"{seen[tile.sha256]}",
                )
            seen[tile.sha256] = name
