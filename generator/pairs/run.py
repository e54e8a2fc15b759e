"""Query pairs of several features from an index, chosen and audited. No torch."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from generator.errors import ConfigError, PoolError
from generator.exemplars.choice_streams import feature_rng
from generator.exemplars.pools import POOLS, check_disjoint, pool_mask, split_pools
from generator.exemplars.tiles import Mask, SelectionConfig, Tiles, select_tiles
from generator.features import Feature
from generator.natural_activations import NaturalActivations
from generator.pairs.audit import (
    PictureAudit,
    ShownPicture,
    audit_pairs,
    raise_broken,
)
from generator.pairs.query_pairs import QueryPair, QueryPairConfig, select_query_pairs


@dataclass(frozen=True, kw_only=True)
class PairRequest:
    """What `accentuate pairs` was asked for."""

    features: tuple[Feature, ...]
    selection: SelectionConfig
    pairs: QueryPairConfig
    rng_seed: int = 0

    tiles: Mapping[Feature, Tiles] | None = None
    """Photographs that panels show; None: chosen from the index."""

    made: tuple[ShownPicture, ...] = ()
    """Made pictures that panels show."""

    split_rng_seed: int | None = None
    """Deals the photographs to four disjoint pools: exemplars are then taken from
    `reference`, seed images from `seed_image`, pairs from `query`. None: from all."""

    def masks(self, index: NaturalActivations) -> dict[str, Mask | None]:
        """For each pool (n_images,) which photographs are in it; None: all."""
        if self.split_rng_seed is None:
            return dict.fromkeys(POOLS)
        pools = split_pools(
            index.groups, rng=np.random.default_rng(self.split_rng_seed)
        )
        check_disjoint(pools, index.groups, index.photographs)
        return {name: pool_mask(p, index.n_images) for name, p in pools.items()}


@dataclass(frozen=True, kw_only=True)
class AuditedPairs:
    """The pairs of one feature, and what the audit says of each photograph."""

    feature: Feature
    tiles: Tiles
    pairs: tuple[QueryPair, ...]
    audits: tuple[PictureAudit, ...]


def choose_audited_pairs(
    index: NaturalActivations, request: PairRequest
) -> list[AuditedPairs]:
    """Choose tiles and pairs of each feature, and audit them.

    Raises:
        ConfigError: a stratum needs classes, and the photographs have none.
        PoolError: names every feature that the photographs cannot supply, or whose
            pairs break a rule.
    """
    _check_classes(index, request.pairs)
    masks = request.masks(index)
    found, faults = [], []
    for feature in request.features:
        try:
            found.append(_choose_one(index, request, feature, masks))
        except PoolError as error:
            faults.append(str(error))
    if faults:
        raise PoolError("\n".join(faults))
    return found


def _choose_one(
    index: NaturalActivations,
    request: PairRequest,
    feature: Feature,
    masks: Mapping[str, Mask | None],
) -> AuditedPairs:
    pool = index.pool(feature)
    if request.tiles is not None:
        tiles = request.tiles[feature]
    else:
        tiles = select_tiles(
            pool,
            request.selection,
            n_far_pairs=request.pairs.far,
            rng=feature_rng(request.rng_seed, feature, "tiles"),
            natural_allowed=masks["reference"],
            seed_images_allowed=masks["seed_image"],
        )
    pairs = select_query_pairs(
        pool,
        tiles,
        request.pairs,
        made_hashes=[picture.perceptual_hash for picture in request.made],
        allowed=masks["query"],
        rng=feature_rng(request.rng_seed, feature, "query pairs"),
    )
    audits = audit_pairs(
        pool, index.photographs, pairs, request.pairs, tiles=tiles, made=request.made
    )
    raise_broken(audits, index.photographs)
    return AuditedPairs(feature=feature, tiles=tiles, pairs=pairs, audits=audits)


def _check_classes(index: NaturalActivations, config: QueryPairConfig) -> None:
    has_classes = any(one.class_label is not None for one in index.photographs)
    if config.needs_classes and not has_classes:
        raise ConfigError(
            "far and within_class pairs need photographs in sub-folders, one per "
            "class, but all lie at the top of the indexed folder; sort them into "
            "sub-folders, or ask for near pairs only"
        )


def describe_request(request: PairRequest) -> dict[str, Any]:
    """The request as a record stores it."""
    return {
        "features": [str(feature) for feature in request.features],
        "selection": asdict(request.selection),
        "query_pairs": asdict(request.pairs),
        "rng_seed": request.rng_seed,
        "tiles_given": request.tiles is not None,
        "made": [asdict(picture) for picture in request.made],
        "split_rng_seed": request.split_rng_seed,
    }
