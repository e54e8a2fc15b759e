"""Choose the pairs of photographs people are asked about. No torch.

Both photographs of a pair are new to the participant: no tile of the feature's panels
shows them or anything that looks like them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from generator.errors import ConfigError, PoolError
from generator.exemplars.tiles import FeaturePool, Mask, Positions, Tiles
from generator.perceptual_hash import MIN_AUDIT_BITS, nearest_bits

STRATA = ("near", "far", "within_class")
"""From the easiest to the hardest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class QueryPairConfig:
    """How many pairs of each stratum a feature gets, and how far apart they are."""

    near: int = 1
    """Pairs whose strong picture comes from the extreme bin, of any class."""

    far: int = 2
    """Pairs whose strong picture is of a class that no tile of the feature shows."""

    within_class: int = 1
    """Pairs of two pictures of one class."""

    minimum_gap: float = 20.0
    """Least difference of the two activation percentiles, in points (0 to 100)."""

    near_percentile: float = 90.0
    """Where the extreme bin of the near pairs begins."""

    def __post_init__(self) -> None:
        for name in STRATA:
            if getattr(self, name) < 0:
                raise ConfigError(
                    f"{name} must not be negative; got {getattr(self, name)}"
                )
        if self.n_pairs < 1:
            raise ConfigError("a feature needs at least one query pair; got none")
        for name in ("minimum_gap", "near_percentile"):
            if not 0 < getattr(self, name) < 100:
                raise ConfigError(
                    f"{name} must lie between 0 and 100; got {getattr(self, name):g}"
                )

    @property
    def n_pairs(self) -> int:
        """Pairs of one feature."""
        return self.near + self.far + self.within_class

    @property
    def needs_classes(self) -> bool:
        """Whether a stratum depends on the photographs' classes."""
        return self.far + self.within_class > 0


@dataclass(frozen=True, kw_only=True, slots=True)
class QueryPair:
    """Positions in the pool of two photographs, one driving the feature more."""

    stratum: str
    high: int
    low: int
    gap: float
    """Percentile of the high photograph minus that of the low one."""


def select_query_pairs(
    pool: FeaturePool,
    tiles: Tiles,
    config: QueryPairConfig,
    *,
    made_hashes: Iterable[int] = (),
    allowed: Mask | None = None,
    rng: np.random.Generator,
) -> tuple[QueryPair, ...]:
    """Choose a feature's query pairs, strata and then gaps from easy to hard.

    No photograph of a pair looks like a tile (nearer than MIN_AUDIT_BITS), like a
    duplicate of one, or like a photograph of another pair.

    Args:
        made_hashes: perceptual hashes of the made pictures that panels show.
        allowed: (n_images,) which photographs may be asked about; None: all.
        rng: draws the weaker picture of a pair among those that qualify.

    Raises:
        PoolError: the pool cannot supply a pair; names feature, stratum and reason.
    """
    tile_hashes = [int(value) for value in pool.hashes[tiles.all]]
    distance = nearest_bits(pool.hashes, [*tile_hashes, *made_hashes])
    free = pool.free(tiles.all) & (distance >= MIN_AUDIT_BITS)
    search = _Search(
        pool=pool,
        config=config,
        tile_classes=pool.classes_of(tiles.all),
        free=free if allowed is None else free & allowed,
    )
    pairs: list[QueryPair] = []
    for stratum in STRATA:
        wanted = getattr(config, stratum)
        found = [search.next_pair(stratum, rng) for _ in range(wanted)]
        pairs += sorted(found, key=lambda pair: -pair.gap)
    return tuple(pairs)


class _Search:
    """What is still free while the pairs of one feature are chosen one by one."""

    def __init__(
        self,
        *,
        pool: FeaturePool,
        config: QueryPairConfig,
        tile_classes: set[str | None],
        free: Mask,
    ) -> None:
        self.pool = pool
        self.config = config
        self.free = free
        self.percentiles = pool.percentiles
        self.is_tile_class = pool.is_in(tile_classes)
        self.found: list[QueryPair] = []

    def next_pair(self, stratum: str, rng: np.random.Generator) -> QueryPair:
        """Choose a pair, and take all that looks like it out of the pool."""
        if stratum == "within_class":
            pair = self._within_class()
        else:
            pair = self._across(stratum, rng)
        if pair is None:
            raise PoolError(self._refusal(stratum))
        self.found.append(pair)
        self.free &= self.pool.free(np.array([pair.high, pair.low]))
        return pair

    def _across(self, stratum: str, rng: np.random.Generator) -> QueryPair | None:
        """The strongest photograph the stratum allows, and a much weaker one."""
        highs = self._with_room_below(self._highs(stratum))
        highs = self._preferably(highs, ~self._is_in_class_used(stratum))
        if not len(highs):
            return None
        high = int(highs[np.argmax(self.percentiles[highs])])
        ceiling = self.percentiles[high] - self.config.minimum_gap
        unlike = self.pool.groups != self.pool.groups[high]
        lows = np.flatnonzero(self.free & unlike & (self.percentiles <= ceiling))
        if stratum == "far":
            lows = self._preferably(lows, ~self.is_tile_class)
        lows = self._preferably(lows, self.percentiles < 50)
        return self._pair(stratum, high, int(rng.choice(lows))) if len(lows) else None

    def _highs(self, stratum: str) -> Positions:
        """Photographs that the stratum's rule allows as the stronger of a pair."""
        if stratum == "near":
            rule = self.percentiles >= self.config.near_percentile
        else:
            rule = ~self.is_tile_class & ~self.pool.is_in({None})
        return np.flatnonzero(self.free & rule)

    def _with_room_below(self, highs: Positions) -> Positions:
        """Those that have a photograph far enough below them."""
        lowest = self.percentiles[self.free].min(initial=100.0)
        has_room = self.percentiles[highs] - self.config.minimum_gap >= lowest
        kept: Positions = highs[has_room]
        return kept

    def _within_class(self) -> QueryPair | None:
        """The two photographs furthest apart in one class, classes in turn."""
        labels = {label for label in self.pool.class_labels if label is not None}
        pairs = [pair for label in sorted(labels) if (pair := self._widest(label))]
        used = self._is_in_class_used("within_class")
        new = [pair for pair in pairs if not used[pair.high]]
        return max(new or pairs, key=lambda pair: pair.gap, default=None)

    def _widest(self, label: str) -> QueryPair | None:
        """The strongest and the weakest photograph of a class, if far enough apart."""
        members = np.flatnonzero(self.free & self.pool.is_in({label}))
        if len(members) < 2:
            return None
        ranked = members[np.argsort(self.percentiles[members], kind="stable")]
        pair = self._pair("within_class", int(ranked[-1]), int(ranked[0]))
        same_group = self.pool.groups[pair.high] == self.pool.groups[pair.low]
        return None if same_group or pair.gap < self.config.minimum_gap else pair

    def _is_in_class_used(self, stratum: str) -> Mask:
        """Whether a photograph's class has a strong picture in this stratum already."""
        highs = [pair.high for pair in self.found if pair.stratum == stratum]
        return self.pool.is_in(self.pool.classes_of(np.array(highs, dtype=np.int64)))

    def _pair(self, stratum: str, high: int, low: int) -> QueryPair:
        gap = float(self.percentiles[high] - self.percentiles[low])
        return QueryPair(stratum=stratum, high=high, low=low, gap=gap)

    @staticmethod
    def _preferably(positions: Positions, wish: Mask) -> Positions:
        """Those positions that fulfil the wish; all of them when none does."""
        wished = positions[wish[positions]]
        return wished if len(wished) else positions

    def _refusal(self, stratum: str) -> str:
        """Why the pool has no further pair of a stratum, and what to do."""
        number = 1 + sum(pair.stratum == stratum for pair in self.found)
        return (
            f"{self.pool.feature_id}: no {stratum} pair number {number} of "
            f"{getattr(self.config, stratum)}: of {len(self.free)} photographs "
            f"{int(self.free.sum())} look like no tile and like no other pair, and "
            f"{self._reason(stratum)}; add photographs of more kinds, lower "
            f"query_pairs.minimum_gap, or lower query_pairs.{stratum}"
        )

    def _reason(self, stratum: str) -> str:
        gap = f"{self.config.minimum_gap:g} points"
        if stratum == "within_class":
            return f"no class has two of them {gap} apart"
        highs = self._highs(stratum)
        if len(highs):
            best = self.percentiles[highs].max()
            return (
                f"the strongest of the {len(highs)} that qualify lies at percentile "
                f"{best:.1f} with none {gap} below it"
            )
        if stratum == "near":
            return f"none reaches percentile {self.config.near_percentile:g}"
        return "all are of classes that the feature's own tiles show"
