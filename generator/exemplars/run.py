"""Exemplars of several features from an index: chosen, and shown on one page."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generator.errors import ConfigError, PoolError
from generator.exemplars.choice_streams import feature_rng
from generator.exemplars.photograph_rows import photograph_row
from generator.exemplars.pools import check_disjoint, pool_mask, split_pools
from generator.exemplars.selection import (
    ExemplarConfig,
    Exemplars,
    select_bottom,
    select_diverse,
    select_quantile,
    select_top,
)
from generator.exemplars.tiles import FeaturePool, Mask, Positions
from generator.features import Feature
from generator.index.activation_table import ActivationTable
from generator.index.indexed_folder import IndexedFolder
from generator.photographs import to_picture
from generator.provenance import describe_generator
from generator.results.contact_sheet import SheetRow, contact_sheet
from generator.results.result_folder import ResultFolder

PICTURES_PER_ROW = 8
SHEET_PX = 128
"""Side of a picture on the contact sheet."""

AttributionVectors = Callable[[Feature, Positions], NDArray[np.float32]]
"""(m, C) vectors of a feature for m photographs of the pool."""


def choose_exemplars(
    table: ActivationTable,
    features: Sequence[Feature],
    config: ExemplarConfig,
    *,
    vectors: AttributionVectors | None = None,
) -> dict[Feature, Exemplars]:
    """Choose photographs for each feature.

    Args:
        vectors: needed for `diverse`.

    Raises:
        PoolError: names every feature that the photographs cannot supply.
    """
    allowed = _allowed(table, config)
    chosen, faults = {}, []
    for feature in features:
        try:
            chosen[feature] = _choose_one(table, feature, config, vectors, allowed)
        except PoolError as error:
            faults.append(str(error))
    if faults:
        raise PoolError("\n".join(faults))
    return chosen


def _allowed(table: ActivationTable, config: ExemplarConfig) -> Mask | None:
    """(n_images,) the photographs of the pool asked for; None: all."""
    if config.pool is None:
        return None
    rng = np.random.default_rng(config.split_rng_seed)
    pools = split_pools(table.groups, rng=rng)
    check_disjoint(pools, table.groups, table.photographs)
    return pool_mask(pools[config.pool], table.n_images)


def _choose_one(
    table: ActivationTable,
    feature: Feature,
    config: ExemplarConfig,
    vectors: AttributionVectors | None,
    allowed: Mask | None,
) -> Exemplars:
    pool = table.pool(feature)
    rng = feature_rng(config.rng_seed, feature, f"{config.kind} exemplars")
    if config.kind == "top":
        return select_top(pool, config.n, rng=rng, allowed=allowed)
    if config.kind == "bottom":
        return select_bottom(pool, config.n, rng=rng, allowed=allowed)
    if config.kind == "quantile":
        return select_quantile(
            pool, config.n, n_bins=config.n_bins, rng=rng, allowed=allowed
        )
    if vectors is None:
        raise ConfigError("diverse exemplars need attribution vectors; got none")
    n_candidates = min(config.n_candidates, _n_live(pool, allowed))
    candidates = select_top(
        pool, max(n_candidates, config.n), rng=rng, allowed=allowed
    ).positions
    return select_diverse(
        pool, candidates, vectors(feature, candidates), config.n, rng=rng
    )


def _n_live(pool: FeaturePool, allowed: Mask | None) -> int:
    """Different photographs that drive the feature more than the weakest does."""
    live = pool.is_above_floor if allowed is None else pool.is_above_floor & allowed
    return len(np.unique(pool.groups[live]))


def exemplar_rows(
    table: ActivationTable, chosen: dict[Feature, Exemplars], config: ExemplarConfig
) -> list[dict[str, Any]]:
    """One row per exemplar, in the order shown."""
    rows = []
    for feature, exemplars in chosen.items():
        pool = table.pool(feature)
        for place, position in enumerate(exemplars.positions):
            rows.append(
                {
                    **photograph_row(table, feature, pool, int(position)),
                    "kind": config.kind,
                    "set_number": exemplars.sets[place],
                    "place": place,
                }
            )
    return rows


def exemplar_sheet(
    source: IndexedFolder, chosen: dict[Feature, Exemplars], config: ExemplarConfig
) -> Image.Image:
    """One page: the exemplars of each feature, bins of a quantile in rows of their own.

    Raises:
        PhotographError: a photograph is gone or was changed since.
    """
    rows = []
    for feature, exemplars in chosen.items():
        percentiles = source.table.pool(feature).percentiles
        for places in _sheet_rows(exemplars, config):
            positions = exemplars.positions[places]
            shown = percentiles[positions]
            rows.append(
                SheetRow(
                    pictures=[
                        to_picture(source.canvas(int(p), SHEET_PX)) for p in positions
                    ],
                    caption=f"{feature}  percentiles {shown.min():.1f} to "
                    f"{shown.max():.1f} among {source.table.n_images} photographs",
                )
            )
    return contact_sheet(rows, titles=[f"{config.kind} exemplars"])


def _sheet_rows(exemplars: Exemplars, config: ExemplarConfig) -> list[list[int]]:
    """Places of the exemplars that share a row of the page."""
    places = list(range(len(exemplars.positions)))
    sets = exemplars.sets if config.kind == "quantile" else (0,) * len(places)
    rows = []
    for number in sorted(set(sets)):
        own = [place for place in places if sets[place] == number]
        starts = range(0, len(own), PICTURES_PER_ROW)
        rows += [own[start : start + PICTURES_PER_ROW] for start in starts]
    return rows


def write_exemplars(
    folder: ResultFolder,
    table: ActivationTable,
    chosen: dict[Feature, Exemplars],
    config: ExemplarConfig,
    *,
    source: IndexedFolder | None,
    attribution_layer: str | None = None,
    device: str = "cpu",
) -> None:
    """Write `exemplars.csv`, `run.json` and, given photographs, `contact_sheet.png`.

    Args:
        attribution_layer: where `diverse` compared channels.
        device: where it computed.

    Raises:
        PhotographError: a photograph is gone or was changed since.
    """
    if source is not None:
        sheet = exemplar_sheet(source, chosen, config)
        folder.write_picture("contact_sheet.png", sheet)
    folder.write_table("exemplars.csv", exemplar_rows(table, chosen, config))
    record = {
        "config": asdict(config),
        "features": [str(feature) for feature in chosen],
        "attribution_layer": attribution_layer,
        "index": {
            key: table.facts[key]
            for key in ("network", "canvas_px", "n_images", "pool_sha256")
        },
        "generator": describe_generator(device),
    }
    folder.write_record("run.json", record)
