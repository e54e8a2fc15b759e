"""The extra pictures of a feature: chosen from the pool, covered and blurred."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from generator.bundles.covers import (
    Covers,
    Picture,
    activations_of,
    blurred_around,
    find_covers,
)
from generator.bundles.extras_config import ExtrasConfig
from generator.errors import PoolError
from generator.exemplars.tiles import FeaturePool, Tiles
from generator.features import Feature
from generator.networks import Network
from generator.pairs.query_pairs import QueryPair

MIN_HASH_BITS = 10
"""Smallest distance of a chosen photograph from whatever a participant compares."""

ReadPicture = Callable[[int], Picture]
"""Position in the pool to the picture as the bundle shows it."""


@dataclass(frozen=True, kw_only=True)
class Occlusion:
    """A photograph and its two covered copies."""

    position: int
    covers: Covers


@dataclass(frozen=True, kw_only=True)
class Blurred:
    """An exemplar blurred but for one square."""

    picture: Picture
    activation: float


@dataclass(frozen=True, kw_only=True)
class Extras:
    """What was found and made for one feature."""

    minimal: list[int] = field(default_factory=list)
    """Positions in the pool, the weakest first."""

    occlusions: list[Occlusion] = field(default_factory=list)
    blurred: list[Blurred] = field(default_factory=list)


def make_extras(
    network: Network,
    feature: Feature,
    pool: FeaturePool,
    config: ExtrasConfig,
    *,
    tiles: Tiles,
    pairs: Sequence[QueryPair],
    read: ReadPicture,
) -> Extras:
    """Choose and make a feature's extra pictures; the same inputs give the same ones.

    Raises:
        PoolError: too few photographs are left.
    """
    shown = [*map(int, tiles.natural), *map(int, tiles.seed_images)]
    asked = [position for pair in pairs for position in (pair.high, pair.low)]
    ranking = np.argsort(-pool.activations, kind="stable").tolist()
    chosen = _Chosen(pool=pool, taken=[*shown, *asked])
    minimal = chosen.take(reversed(ranking), config.n_minimal, "n_minimal")
    occlusions: list[Occlusion] = []
    for position in chosen.free(ranking):
        if len(occlusions) == config.n_occlusions:
            break
        picture = read(position)
        cover_px = round(config.cover_fraction * picture.shape[0])
        covers = find_covers(network, feature, picture, cover_px=cover_px)
        if covers.differ:
            chosen.taken.append(position)
            occlusions.append(Occlusion(position=position, covers=covers))
    if len(occlusions) < config.n_occlusions:
        raise chosen.fault("n_occlusions", config.n_occlusions, len(occlusions))
    blurred = [
        _blurred(network, feature, config, read(int(position)))
        for position in (tiles.natural if config.blurs_exemplars else ())
    ]
    return Extras(minimal=minimal, occlusions=occlusions, blurred=blurred)


@dataclass(kw_only=True)
class _Chosen:
    """Photographs that are spoken for; nothing like them is chosen again."""

    pool: FeaturePool
    taken: list[int]

    def free(self, ranking: Iterable[int]) -> Iterable[int]:
        """Photographs of a ranking that look like none that is taken by then."""
        for position in ranking:
            if all(self._is_apart(position, other) for other in self.taken):
                yield position

    def take(self, ranking: Iterable[int], count: int, name: str) -> list[int]:
        """The first free ones, which are taken from now on."""
        found: list[int] = []
        if count:
            for position in self.free(ranking):
                found.append(position)
                self.taken.append(position)
                if len(found) == count:
                    return found
            raise self.fault(name, count, len(found))
        return found

    def fault(self, name: str, wanted: int, found: int) -> PoolError:
        """What to say when the pool is too small."""
        return PoolError(
            f"{self.pool.feature_id}: {name} = {wanted}, but only {found} photographs "
            "of the pool are unlike its tiles and queries; lower it or add photographs"
        )

    def _is_apart(self, one: int, other: int) -> bool:
        pool = self.pool
        if pool.groups[one] == pool.groups[other]:
            return False
        bits = int(pool.hashes[one]) ^ int(pool.hashes[other])
        return bits.bit_count() >= MIN_HASH_BITS


def _blurred(
    network: Network, feature: Feature, config: ExtrasConfig, picture: Picture
) -> Blurred:
    side = picture.shape[0]
    cover_px = round(config.cover_fraction * side)
    covers = find_covers(network, feature, picture, cover_px=cover_px)
    made = blurred_around(
        picture, covers.most.place, cover_px, blur_px=config.blur_fraction * side
    )
    (activation,) = activations_of(network, feature, [made])
    return Blurred(picture=made, activation=float(activation))
