"""Hold query pairs against the tiles people see, rule by rule. No torch.

The audit knows nothing of how pairs were chosen: it looks at the photographs again,
and names feature, pair and rule of whatever is broken.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from generator.errors import PoolError
from generator.exemplars.tiles import FeaturePool, Tiles
from generator.pairs.query_pairs import STRATA, QueryPair, QueryPairConfig
from generator.perceptual_hash import MIN_AUDIT_BITS, bits_apart
from generator.photograph_folder import Photograph


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownPicture:
    """A picture that a panel of the feature shows."""

    name: str
    """Path of a photograph, or file name of a made picture."""

    sha256: str
    """Of its file."""

    perceptual_hash: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PictureAudit:
    """What the audit found of one photograph of a pair."""

    feature_id: str
    pair_number: int
    """From 0, in the order the pairs are given."""

    stratum: str
    role: str
    """`high` or `low`."""

    position: int
    """In the pool."""

    nearest: str | None
    """Name of the shown picture that looks most alike; None when none is shown."""

    nearest_bits: int
    """Bits between them; 64 when none is shown."""

    rule: str
    """What the stratum asks of this photograph."""

    faults: tuple[str, ...]
    """Rules it breaks, as sentences; empty when it keeps all."""


def tiles_shown(
    pool: FeaturePool, photographs: Sequence[Photograph], tiles: Tiles
) -> list[ShownPicture]:
    """The photographs that panels show, as the audit compares them."""
    return [
        ShownPicture(
            name=photographs[int(position)].path,
            sha256=photographs[int(position)].sha256,
            perceptual_hash=int(pool.hashes[position]),
        )
        for position in tiles.all
    ]


def audit_pairs(
    pool: FeaturePool,
    photographs: Sequence[Photograph],
    pairs: Sequence[QueryPair],
    config: QueryPairConfig,
    *,
    tiles: Tiles,
    made: Sequence[ShownPicture] = (),
) -> tuple[PictureAudit, ...]:
    """Look at every photograph of every pair, the stronger first.

    Args:
        photographs: (n_images,) those of the pool.
        tiles: photographs that panels of the feature show.
        made: further pictures that they show, such as accentuations.
    """
    shown = [*tiles_shown(pool, photographs, tiles), *made]
    tile_classes = pool.classes_of(tiles.all)
    uses = [int(pool.groups[p]) for pair in pairs for p in (pair.high, pair.low)]
    audits = []
    for number, pair in enumerate(pairs):
        pair_faults = _pair_faults(pool, pair, config)
        stratum_faults = _stratum_faults(pool, pair, config, tile_classes)
        for role, position in [("high", pair.high), ("low", pair.low)]:
            faults = _leak_faults(pool, photographs[position], position, shown)
            if uses.count(int(pool.groups[position])) > 1:
                faults.append("it, or one that looks like it, is asked about twice")
            if role == "high":
                faults += [*pair_faults, *stratum_faults]
            nearest, bits = _nearest(int(pool.hashes[position]), shown)
            audits.append(
                PictureAudit(
                    feature_id=pool.feature_id,
                    pair_number=number,
                    stratum=pair.stratum,
                    role=role,
                    position=position,
                    nearest=nearest,
                    nearest_bits=bits,
                    rule=_rule(pair.stratum, role, config),
                    faults=tuple(faults),
                )
            )
    return tuple(audits)


def raise_broken(
    audits: Sequence[PictureAudit], photographs: Sequence[Photograph]
) -> None:
    """Refuse pairs that break a rule; return when none does.

    Raises:
        PoolError: names feature, pair, photograph and rule of each fault.
    """
    lines = [
        f"{one.feature_id}, {one.stratum} pair {one.pair_number}, {one.role} "
        f"photograph {photographs[one.position].path}: {fault}"
        for one in audits
        for fault in one.faults
    ]
    if lines:
        listed = "".join(f"\n  - {line}" for line in lines)
        raise PoolError(f"the query pairs do not pass the leakage audit:{listed}")


def _rule(stratum: str, role: str, config: QueryPairConfig) -> str:
    """The stratum's rule for one photograph, in words."""
    gap = f"at least {config.minimum_gap:g} points below the other"
    rules = {
        ("near", "high"): f"percentile {config.near_percentile:g} or more, any class",
        ("near", "low"): gap,
        ("far", "high"): "of a class that no tile shows",
        ("far", "low"): gap,
        ("within_class", "high"): "of the class of the other",
        ("within_class", "low"): f"of the class of the other, {gap}",
    }
    return rules.get((stratum, role), "unknown stratum")


def _pair_faults(
    pool: FeaturePool, pair: QueryPair, config: QueryPairConfig
) -> list[str]:
    high, low = pool.percentiles[pair.high], pool.percentiles[pair.low]
    faults = []
    if high - low < config.minimum_gap:
        faults.append(
            f"percentile {high:.1f} is not {config.minimum_gap:g} points above the "
            f"{low:.1f} of the other"
        )
    if not np.isclose(pair.gap, high - low):
        faults.append(f"the gap is {high - low:g} points, not {pair.gap:g} as stated")
    return faults


def _stratum_faults(
    pool: FeaturePool,
    pair: QueryPair,
    config: QueryPairConfig,
    tile_classes: set[str | None],
) -> list[str]:
    high_class, low_class = (pool.class_labels[p] for p in (pair.high, pair.low))
    percentile = pool.percentiles[pair.high]
    if pair.stratum not in STRATA:
        return [f"there is no stratum {pair.stratum!r}"]
    if pair.stratum == "near" and percentile < config.near_percentile:
        return [f"percentile {percentile:.1f} is below {config.near_percentile:g}"]
    if pair.stratum == "far" and (high_class is None or high_class in tile_classes):
        return [f"its class {high_class} is the class of a tile, or unknown"]
    if pair.stratum == "within_class" and (
        high_class is None or high_class != low_class
    ):
        return [f"its class {high_class} is not that of the other, {low_class}"]
    return []


def _leak_faults(
    pool: FeaturePool,
    photograph: Photograph,
    position: int,
    shown: Sequence[ShownPicture],
) -> list[str]:
    """Shown pictures with the same bytes, or that look too much alike."""
    own = int(pool.hashes[position])
    faults = []
    for picture in shown:
        bits = bits_apart(own, picture.perceptual_hash)
        if picture.sha256 == photograph.sha256:
            faults.append(f"has the same bytes as the tile {picture.name}")
        elif bits < MIN_AUDIT_BITS:
            faults.append(
                f"is {bits} bits from the tile {picture.name}; at least "
                f"{MIN_AUDIT_BITS} are needed"
            )
    return faults


def _nearest(own: int, shown: Sequence[ShownPicture]) -> tuple[str | None, int]:
    if not shown:
        return None, 64
    best = min(shown, key=lambda picture: bits_apart(own, picture.perceptual_hash))
    return best.name, bits_apart(own, best.perceptual_hash)
