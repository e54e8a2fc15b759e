"""Split photographs into pools of different purpose that share no picture. No torch.

What explains a feature must not be what people are asked about, nor what a measure
is held against: reference, query, seed image and coherence pools are disjoint, and
not even near duplicates lie in two of them.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from generator.errors import ConfigError, PoolError
from generator.exemplars.tiles import Mask, Positions
from generator.photograph_folder import Photograph

POOLS = ("reference", "query", "seed_image", "coherence")
"""What photographs are used for."""

EQUAL_SHARES: Mapping[str, float] = dict.fromkeys(POOLS, 1 / len(POOLS))


def split_pools(
    groups: NDArray[np.int64],
    *,
    shares: Mapping[str, float] = EQUAL_SHARES,
    rng: np.random.Generator,
) -> dict[str, Positions]:
    """Deal whole duplicate groups to the pools, in drawn order.

    The next group goes to the pool that is furthest below its share.

    Args:
        groups: (n,) duplicate group of each photograph.
        shares: part of the photographs each pool gets; they sum to 1.

    Returns:
        Sorted positions of each pool; together they are all photographs.

    Raises:
        ConfigError: a share is not positive, or they do not sum to 1.
        PoolError: a pool gets no photograph.
    """
    if any(not share > 0 for share in shares.values()) or not np.isclose(
        sum(shares.values()), 1
    ):
        raise ConfigError(
            f"the shares of the pools must be positive and sum to 1; got {dict(shares)}"
        )
    members: dict[str, list[int]] = {name: [] for name in shares}
    for group in rng.permutation(np.unique(groups)):
        poorest = min(shares, key=lambda name: len(members[name]) / shares[name])
        members[poorest] += np.flatnonzero(groups == group).tolist()
    if empty := [name for name, positions in members.items() if not positions]:
        raise PoolError(
            f"{len(groups)} photographs in {len(np.unique(groups))} duplicate groups "
            f"leave the pools {', '.join(empty)} empty; add photographs"
        )
    return {
        name: np.array(sorted(positions), dtype=np.int64)
        for name, positions in members.items()
    }


def check_disjoint(
    pools: Mapping[str, Positions],
    groups: NDArray[np.int64],
    photographs: Sequence[Photograph],
) -> None:
    """Refuse pools that share a photograph, or two that look alike.

    Raises:
        PoolError: names every two pools that meet, and where they do first.
    """
    faults = []
    names = list(pools)
    for number, one in enumerate(names):
        for other in names[number + 1 :]:
            shared = np.intersect1d(groups[pools[one]], groups[pools[other]])
            if len(shared):
                left, right = (
                    photographs[int(p[np.isin(groups[p], shared[:1])][0])].path
                    for p in (pools[one], pools[other])
                )
                faults.append(
                    f"{one} and {other} share {len(shared)} pictures, first {left} "
                    f"and {right}"
                )
    if faults:
        raise PoolError(
            "pools must be disjoint by duplicate group: " + "; ".join(faults)
        )


def pool_mask(positions: Positions, n_images: int) -> Mask:
    """(n_images,) whether a photograph is in a pool."""
    mask = np.zeros(n_images, dtype=bool)
    mask[positions] = True
    return mask
