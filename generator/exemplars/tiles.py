"""Choose the natural exemplars and the seed images of one feature. No torch."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generator.errors import ConfigError, PoolError
from generator.percentiles import percentile_of

Positions = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, slots=True)
class SelectionConfig:
    """Which photographs stand for a feature, and which are accentuated."""

    n_natural: int = 8
    """Exemplars: the strongest photographs of the feature's ranking."""

    n_seed_images: int = 4
    """Photographs that are accentuated, of different classes where the pool allows."""

    seed_percentiles: tuple[float, float] = (70.0, 95.0)
    """Lowest and highest activation percentile of a seed image. Not the top: a seed
    image must leave room for the feature, and must not stand for it already."""

    def __post_init__(self) -> None:
        for name in ("n_natural", "n_seed_images"):
            if getattr(self, name) < 1:
                raise ConfigError(
                    f"{name} must be at least 1; got {getattr(self, name)}"
                )
        low, high = self.seed_percentiles
        if not 0 <= low < high <= 100:
            raise ConfigError(
                "seed_percentiles must satisfy 0 <= low < high <= 100; "
                f"got {list(self.seed_percentiles)}"
            )


@dataclass(frozen=True, kw_only=True)
class FeaturePool:
    """How every photograph of the pool drives one feature."""

    feature_id: str
    """Text form of the feature, for messages."""

    activations: NDArray[np.float32]
    """(n,) activation of each photograph, un-augmented."""

    class_labels: tuple[str | None, ...]
    """n class names; None for a photograph outside any class folder."""

    hashes: NDArray[np.uint64]
    """(n,) perceptual hashes."""

    groups: Positions
    """(n,) number of the duplicate group each photograph belongs to."""

    @property
    def percentiles(self) -> NDArray[np.float64]:
        """(n,) activation percentiles, 0 to 100."""
        return percentile_of(self.activations, self.activations)

    @property
    def is_above_floor(self) -> Mask:
        """(n,) whether a photograph drives the feature more than the weakest does.

        Sparse features are exactly 0 on many photographs; such a tie says nothing
        about the feature, so none of these may stand for it.
        """
        above: Mask = self.activations > self.activations.min()
        return above

    def free(self, taken: Positions) -> Mask:
        """(n,) whether a photograph looks like none of those taken."""
        return ~np.isin(self.groups, self.groups[taken])

    def classes_of(self, positions: Positions) -> set[str | None]:
        """The classes of some photographs."""
        return {self.class_labels[int(position)] for position in positions}

    def is_in(self, classes: set[str | None]) -> Mask:
        """(n,) whether a photograph's class is one of these."""
        return np.array([label in classes for label in self.class_labels], dtype=bool)


@dataclass(frozen=True, kw_only=True)
class Tiles:
    """Positions in the pool of the photographs a panel may show."""

    natural: Positions
    """Exemplars, strongest first."""

    seed_images: Positions
    """Seed images, in panel order."""

    @property
    def all(self) -> Positions:
        """Both, exemplars first."""
        return np.concatenate([self.natural, self.seed_images])


def select_tiles(
    pool: FeaturePool,
    config: SelectionConfig,
    *,
    n_far_pairs: int,
    rng: np.random.Generator,
    natural_allowed: Mask | None = None,
    seed_images_allowed: Mask | None = None,
) -> Tiles:
    """Choose a feature's exemplars and seed images, no two of which look alike.

    Args:
        n_far_pairs: query pairs wanted from classes that no tile shows; the seed
            images leave some classes unused for them.
        rng: breaks ties, and draws the seed images.
        natural_allowed, seed_images_allowed: (n_images,) photographs that may be
            taken as exemplars and as seed images; None: all.

    Raises:
        PoolError: the pool has too few photographs that drive the feature.
    """
    natural = _select_natural(pool, config.n_natural, rng, natural_allowed)
    kept_back = _classes_kept_for_far_pairs(pool, natural, n_far_pairs)
    seed_images = _select_seed_images(
        pool, config, natural, kept_back, rng, seed_images_allowed
    )
    return Tiles(natural=natural, seed_images=seed_images)


def ranking(pool: FeaturePool, rng: np.random.Generator) -> Positions:
    """Positions from the strongest photograph to the weakest, ties in drawn order."""
    drawn = rng.permutation(len(pool.activations))
    return drawn[np.argsort(-pool.activations[drawn], kind="stable")]


def _select_natural(
    pool: FeaturePool, n_wanted: int, rng: np.random.Generator, allowed: Mask | None
) -> Positions:
    """The strongest photographs, one per duplicate group."""
    above = pool.is_above_floor if allowed is None else pool.is_above_floor & allowed
    ranked = [int(p) for p in ranking(pool, rng) if above[p]]
    first_of_group = {int(pool.groups[p]): p for p in reversed(ranked)}
    chosen = [p for p in ranked if first_of_group[int(pool.groups[p])] == p][:n_wanted]
    if len(chosen) < n_wanted:
        raise PoolError(
            f"{pool.feature_id}: {n_wanted} exemplars are wanted, but only "
            f"{len(chosen)} different photographs of {len(above)} drive the feature "
            "more than the weakest does; add photographs that show it, lower "
            "selection.n_natural, or leave the feature out"
        )
    return np.array(chosen, dtype=np.int64)


def _classes_kept_for_far_pairs(
    pool: FeaturePool, natural: Positions, n_far_pairs: int
) -> set[str | None]:
    """Classes no seed image may have, so that far pairs find their strong picture.

    The classes that drive the feature most, after those of the exemplars: one for
    each far pair, yet at most half of them (at least one).
    """
    strongest: dict[str | None, float] = {}
    free = pool.free(natural) & ~pool.is_in(pool.classes_of(natural))
    for position in np.flatnonzero(free):
        label = pool.class_labels[position]
        activation = float(pool.activations[position])
        strongest[label] = max(activation, strongest.get(label, activation))
    ranked = sorted(strongest, key=lambda label: (-strongest[label], str(label)))
    return set(ranked[: min(n_far_pairs, max(1, len(ranked) // 2))])


def _select_seed_images(
    pool: FeaturePool,
    config: SelectionConfig,
    natural: Positions,
    kept_back: set[str | None],
    rng: np.random.Generator,
    may_be_taken: Mask | None,
) -> Positions:
    """Draw photographs from the band of percentiles, classes in turn."""
    low, high = config.seed_percentiles
    in_band = (pool.percentiles >= low) & (pool.percentiles <= high)
    if may_be_taken is not None:
        in_band &= may_be_taken
    allowed = in_band & pool.is_above_floor & ~pool.is_in(kept_back)
    chosen: list[int] = []
    taken = natural
    n_of_class: dict[str | None, int] = {}
    while len(chosen) < config.n_seed_images:
        left = rng.permutation(np.flatnonzero(allowed & pool.free(taken)))
        if not len(left):
            raise PoolError(_too_few_seeds(pool, config, len(chosen), in_band))
        best = min(left, key=lambda p: n_of_class.get(pool.class_labels[p], 0))
        label = pool.class_labels[best]
        n_of_class[label] = n_of_class.get(label, 0) + 1
        chosen.append(int(best))
        taken = np.append(taken, best)
    return np.array(chosen, dtype=np.int64)


def _too_few_seeds(
    pool: FeaturePool, config: SelectionConfig, n_found: int, in_band: Mask
) -> str:
    low, high = config.seed_percentiles
    return (
        f"{pool.feature_id}: {config.n_seed_images} seed images are wanted, but only "
        f"{n_found} can be had: {int(in_band.sum())} of {len(in_band)} photographs lie "
        f"between percentiles {low:g} and {high:g}, and some of them look like an "
        "exemplar or belong to a class kept for the far pairs; add photographs, widen "
        "selection.seed_percentiles, or lower selection.n_seed_images"
    )
