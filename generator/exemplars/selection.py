"""Choose photographs that show what a feature responds to. No torch.

Whatever the way of choosing, no two chosen photographs look alike: one is taken from
each duplicate group.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from generator.errors import ConfigError, PoolError
from generator.exemplars.pools import POOLS
from generator.exemplars.tiles import FeaturePool, Mask, Positions, ranking

SelectionKind = Literal["top", "bottom", "quantile", "diverse"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ExemplarConfig:
    """Which photographs stand for a feature."""

    kind: SelectionKind = "top"
    """`top` and `bottom`: the strongest and weakest; `quantile`: some of each bin of
    percentiles; `diverse`: the strongest of each cluster of attribution vectors."""

    n: int = 8
    """Photographs; for `quantile` those of each bin."""

    n_bins: int = 5
    """Bins of equal width between percentile 0 and 100; `quantile` only."""

    n_candidates: int = 64
    """The strongest photographs that are clustered; `diverse` only."""

    rng_seed: int = 0
    """Breaks ties, draws from bins, starts clusters."""

    pool: str | None = None
    """Only photographs of one of the POOLS are taken; None: of all."""

    split_rng_seed: int = 0
    """Deals the photographs to the pools."""

    def __post_init__(self) -> None:
        if self.kind not in get_args(SelectionKind):
            raise ConfigError(
                f"kind must be one of {', '.join(get_args(SelectionKind))}; "
                f"got {self.kind!r}"
            )
        for name in ("n", "n_bins"):
            if getattr(self, name) < 1:
                raise ConfigError(
                    f"{name} must be at least 1; got {getattr(self, name)}"
                )
        if self.kind == "diverse" and self.n_candidates < self.n:
            raise ConfigError(
                f"n_candidates must be at least n = {self.n}, one for each cluster; "
                f"got {self.n_candidates}"
            )
        if self.pool is not None and self.pool not in POOLS:
            raise ConfigError(
                f"pool must be one of {', '.join(POOLS)}; got {self.pool!r}"
            )
        for name in ("rng_seed", "split_rng_seed"):
            if getattr(self, name) < 0:
                raise ConfigError(
                    f"{name} must not be negative; got {getattr(self, name)}"
                )


@dataclass(frozen=True, kw_only=True, slots=True)
class Exemplars:
    """Chosen photographs, in the order they are shown."""

    positions: Positions
    """(k,) places in the pool."""

    sets: tuple[int, ...]
    """For each, its bin (0 the weakest) or cluster (0 the strongest); 0 otherwise."""


def select_top(
    pool: FeaturePool, n: int, *, rng: np.random.Generator, allowed: Mask | None = None
) -> Exemplars:
    """The strongest photographs, strongest first.

    Args:
        allowed: (n_images,) which photographs may be taken; None: all.

    Raises:
        PoolError: fewer than n different photographs drive the feature more than
            the weakest does.
    """
    return _plain(_best(pool, ranking(pool, rng), n, _among(pool, allowed), "above"))


def select_bottom(
    pool: FeaturePool, n: int, *, rng: np.random.Generator, allowed: Mask | None = None
) -> Exemplars:
    """The weakest photographs, weakest first; equal ones in drawn order.

    Raises:
        PoolError: fewer than n different photographs drive the feature less than
            the strongest does.
    """
    weakest_first = ranking(pool, rng)[::-1]
    return _plain(_best(pool, weakest_first, n, _among(pool, allowed), "below"))


def select_quantile(
    pool: FeaturePool,
    n_per_bin: int,
    *,
    n_bins: int,
    rng: np.random.Generator,
    allowed: Mask | None = None,
) -> Exemplars:
    """Some photographs of each bin of activation percentiles, drawn, weakest bin first.

    Raises:
        PoolError: a bin has too few different photographs; names all such bins.
    """
    edges = np.linspace(0, 100, n_bins + 1)[1:-1]
    bin_of = np.digitize(pool.percentiles, edges)  # (n_images,)
    order = rng.permutation(np.flatnonzero(_among(pool, allowed)))
    chosen: list[int] = []
    sets: list[int] = []
    faults = []
    for number in range(n_bins):
        members = [int(p) for p in order if bin_of[p] == number]
        found = _unlike(pool, members, taken=chosen)[:n_per_bin]
        if len(found) < n_per_bin:
            low, high = 100 * number / n_bins, 100 * (number + 1) / n_bins
            faults.append(f"{low:g} to {high:g} has {len(found)}")
        chosen += sorted(found, key=lambda p: float(pool.activations[p]))
        sets += [number] * len(found)
    if faults:
        raise PoolError(
            f"{pool.feature_id}: {n_per_bin} different photographs are wanted of each "
            f"of {n_bins} bins of percentiles, but {'; '.join(faults)}. Ask for fewer, "
            "or for fewer bins; a sparse feature is 0 on most photographs and fills "
            "few bins."
        )
    return Exemplars(positions=np.array(chosen, dtype=np.int64), sets=tuple(sets))


def select_diverse(
    pool: FeaturePool,
    candidates: Positions,
    vectors: NDArray[np.float32],
    n: int,
    *,
    rng: np.random.Generator,
) -> Exemplars:
    """The strongest photograph of each cluster of attribution vectors.

    Vectors are compared by direction: each is scaled to unit length first.

    Args:
        candidates: (m,) places in the pool of photographs that look different.
        vectors: (m, C) attribution vector of each.
        n: clusters of k-means.

    Raises:
        PoolError: fewer than n different directions.
        ConfigError: scikit-learn is not installed.
    """
    length = np.linalg.norm(vectors, axis=1, keepdims=True)  # (m, 1)
    directions = np.divide(
        vectors, length, where=length > 0, out=np.zeros_like(vectors)
    )
    n_different = len(np.unique(directions, axis=0))
    if n_different < n:
        raise PoolError(
            f"{pool.feature_id}: {n} clusters are wanted, but the {len(candidates)} "
            f"candidates have only {n_different} different attribution vectors; ask "
            "for fewer, for more candidates, or for another layer"
        )
    cluster_of = _k_means(directions, n, rng_seed=int(rng.integers(2**31)))
    best = [
        max(candidates[cluster_of == number], key=lambda p: float(pool.activations[p]))
        for number in range(n)
    ]
    best.sort(key=lambda p: -float(pool.activations[p]))
    return Exemplars(positions=np.array(best, dtype=np.int64), sets=tuple(range(n)))


def _k_means(
    points: NDArray[np.float32], n_clusters: int, *, rng_seed: int
) -> NDArray[np.int32]:
    """(m,) cluster of each point (m, C), by Lloyd's algorithm from ten starts."""
    try:
        from sklearn.cluster import KMeans  # slow to import, and only needed here
    except ImportError as error:
        raise ConfigError(
            "diverse exemplars need scikit-learn: pip install 'accentuate[generator]'"
        ) from error
    fit = KMeans(n_clusters=n_clusters, n_init=10, random_state=rng_seed)
    labels: NDArray[np.int32] = fit.fit_predict(points.astype(np.float64))
    return labels


def _best(
    pool: FeaturePool, order: Positions, n: int, among: Mask, side: str
) -> Positions:
    """The first n of an order that look different and say something."""
    floor, ceiling = pool.activations.min(), pool.activations.max()
    speaks = pool.activations > floor if side == "above" else pool.activations < ceiling
    ranked = [int(p) for p in order if speaks[p] and among[p]]
    chosen = _unlike(pool, ranked, taken=[])[:n]
    if len(chosen) < n:
        extreme = "weakest" if side == "above" else "strongest"
        raise PoolError(
            f"{pool.feature_id}: {n} photographs are wanted, but only {len(chosen)} "
            f"different ones of {len(among)} lie {side} the {extreme}; ask for fewer, "
            "add photographs, or leave the feature out"
        )
    return np.array(chosen, dtype=np.int64)


def _unlike(pool: FeaturePool, ordered: list[int], *, taken: list[int]) -> list[int]:
    """The first of each duplicate group, groups already taken left out."""
    seen = {int(pool.groups[p]) for p in taken}
    kept = []
    for position in ordered:
        group = int(pool.groups[position])
        if group not in seen:
            seen.add(group)
            kept.append(position)
    return kept


def _among(pool: FeaturePool, allowed: Mask | None) -> Mask:
    if allowed is None:
        return np.ones(len(pool.activations), dtype=bool)
    return allowed


def _plain(positions: Positions) -> Exemplars:
    return Exemplars(positions=positions, sets=(0,) * len(positions))
