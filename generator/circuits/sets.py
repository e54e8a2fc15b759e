"""Which photographs stand for each feature, and which are accentuated. No torch."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generator.circuits.config import CircuitConfig
from generator.errors import PoolError
from generator.percentiles import percentile_of

Positions = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class FeatureSets:
    """The photographs of one feature, as positions in the pool."""

    natural: Positions
    """Its strongest photographs, strongest first; no seed image."""

    other: Positions
    """Photographs of other features."""

    lower: dict[float, Positions]
    """Photographs around lower percentiles of activation."""

    held_out: Positions
    """Photographs in neither set, evenly spread over the ranking."""

    level: float
    """The activation at which made pictures are compared."""

    activation_range: float
    """Largest minus smallest activation of the pool."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PhotographSets:
    """The photographs of a whole measurement."""

    seed_images: Positions
    """The same for every feature: features and seed images are crossed."""

    features: tuple[FeatureSets, ...]


def choose_sets(
    activations: NDArray[np.float32],
    names: tuple[str, ...],
    groups: Positions,
    config: CircuitConfig,
) -> PhotographSets:
    """Choose photographs; of those that look alike, only the first takes part.

    Args:
        activations: (n, F) of each photograph and feature.
        names: F, for messages.
        groups: (n,) duplicate group of each photograph.

    Raises:
        PoolError: the pool is too small, or does not drive a feature.
    """
    rng = np.random.default_rng([config.rng_seed, 1])
    usable = np.unique(groups, return_index=True)[1]
    wanted = config.n_seed_images + config.n_natural + config.n_held_out
    if len(usable) < wanted:
        raise PoolError(
            f"{len(usable)} different photographs are too few for "
            f"{config.n_seed_images} seed images, {config.n_natural} natural and "
            f"{config.n_held_out} held-out photographs; add photographs or lower these "
            "numbers"
        )
    seeds = _seed_images(activations, usable, config, rng)
    rest = np.setdiff1d(usable, seeds)
    natural = [_strongest(column, rest, config) for column in activations.T]
    _check_driven(natural, names, len(activations), config)
    sets = []
    for i, own in enumerate(natural):
        theirs = [own_of for j, own_of in enumerate(natural) if j != i]
        other = _other(own, theirs, names[i], config, rng)
        sets.append(_of_feature(activations[:, i], rest, own, other, config))
    return PhotographSets(seed_images=seeds, features=tuple(sets))


def _seed_images(
    activations: NDArray[np.float32],
    usable: Positions,
    config: CircuitConfig,
    rng: np.random.Generator,
) -> Positions:
    """Drawn from the half of the pool that no feature prefers."""
    shown = activations[usable]
    percentiles = np.stack([percentile_of(c, c) for c in shown.T], axis=1)  # (n, F)
    order = np.argsort(percentiles.max(1), kind="stable")
    calm = usable[order[: max(config.n_seed_images, len(usable) // 2)]]
    return np.sort(rng.choice(calm, config.n_seed_images, replace=False))


def _strongest(
    column: NDArray[np.float32], rest: Positions, config: CircuitConfig
) -> Positions:
    above = rest[column[rest] > column.min()]
    ranked: Positions = above[np.argsort(-column[above], kind="stable")]
    return ranked[: config.n_natural]


def _check_driven(
    natural: list[Positions],
    names: tuple[str, ...],
    n_photographs: int,
    config: CircuitConfig,
) -> None:
    """Refuse features that sleep, all at once."""
    faults = [
        f"{name}: only {len(own)} photographs of {n_photographs} drive it more than "
        f"the weakest does, and {config.n_natural} are wanted"
        for name, own in zip(names, natural, strict=True)
        if len(own) < config.n_natural
    ]
    if faults:
        listed = "\n".join(faults)
        raise PoolError(
            f"{listed}\nadd photographs that show these features, lower n_natural, or "
            "leave them out"
        )


def _other(
    own: Positions,
    theirs: list[Positions],
    name: str,
    config: CircuitConfig,
    rng: np.random.Generator,
) -> Positions:
    """Photographs of the other features in turn, none of the feature's own."""
    queues = [list(rng.permutation(np.setdiff1d(other, own))) for other in theirs]
    chosen: list[int] = []
    while any(queues) and len(chosen) < config.n_other:
        for queue in queues:
            if queue and len(chosen) < config.n_other:
                position = int(queue.pop())
                if position not in chosen:
                    chosen.append(position)
    if len(chosen) < 3:
        raise PoolError(
            f"{name}: the other features are strongest on the same photographs, so no "
            "floor can be measured; choose features that differ more"
        )
    return np.array(chosen, dtype=np.int64)


def _of_feature(
    column: NDArray[np.float32],
    rest: Positions,
    natural: Positions,
    other: Positions,
    config: CircuitConfig,
) -> FeatureSets:
    left = np.setdiff1d(rest, natural)
    ranked = left[np.argsort(-column[left], kind="stable")]
    spread = np.linspace(0, len(ranked) - 1, min(config.n_held_out, len(ranked)))
    percentiles = percentile_of(column, column)
    driven = left[column[left] > column.min()]
    lower = {
        percentile: driven[
            np.argsort(np.abs(percentiles[driven] - percentile), kind="stable")
        ][: config.n_lower]
        for percentile in config.lower_percentiles
    }
    return FeatureSets(
        natural=natural,
        other=other,
        lower={p: found for p, found in lower.items() if len(found)},
        held_out=ranked[spread.round().astype(int)],
        level=float(np.percentile(column, config.level_percentile)),
        activation_range=float(column.max() - column.min()),
    )
