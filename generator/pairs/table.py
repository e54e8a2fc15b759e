"""Tables of query pairs and their tiles: written, and tiles read again. No torch."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from generator.errors import ConfigError
from generator.exemplars.photograph_rows import photograph_row
from generator.exemplars.tiles import Tiles
from generator.features import Feature
from generator.index.activation_table import ActivationTable
from generator.jobs import write_whole
from generator.natural_activations import NaturalActivations
from generator.pairs.run import AuditedPairs, PairRequest, describe_request
from generator.provenance import describe_generator

DIFFICULTY_WINDOWS = (99, 95, 90, 85)
"""Percentiles between which pairs are compared in the literature (Zimmermann et al.
2023): the stronger picture lies at least there, the weaker at most at the mirror."""


def read_tiles(
    table: Path, index: NaturalActivations, features: Sequence[Feature]
) -> dict[Feature, Tiles]:
    """The tiles that a table names: columns `feature_id` and `path`.

    Raises:
        ConfigError: the table has not these columns, names a photograph that the
            index lacks, or says nothing of a feature.
    """
    place = {photo.path: number for number, photo in enumerate(index.photographs)}
    try:
        with table.open(newline="", encoding="utf-8") as file:
            rows = [(row["feature_id"], row["path"]) for row in csv.DictReader(file)]
    except (OSError, KeyError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{table} is no table with the columns feature_id and path: {error!r}"
        ) from error
    if unknown := sorted({path for _, path in rows} - place.keys()):
        raise ConfigError(
            f"{table} names {len(unknown)} photographs that the index lacks, first "
            f"{unknown[0]}; give the table of the same folder"
        )
    tiles = {}
    for feature in features:
        own = [place[path] for name, path in rows if name == str(feature)]
        if not own:
            raise ConfigError(f"{table} has no row with feature_id {feature}")
        tiles[feature] = Tiles(
            natural=np.array(own, dtype=np.int64),
            seed_images=np.array([], dtype=np.int64),
        )
    return tiles


def pair_rows(
    index: NaturalActivations, found: Sequence[AuditedPairs]
) -> list[dict[str, Any]]:
    """One row per photograph of a pair, with what the audit says of it."""
    rows = []
    for one in found:
        pool = index.pool(one.feature)
        for audit in one.audits:
            pair = one.pairs[audit.pair_number]
            high, low = (pool.percentiles[p] for p in (pair.high, pair.low))
            rows.append(
                {
                    **photograph_row(index, one.feature, pool, audit.position),
                    "pair_number": audit.pair_number,
                    "stratum": audit.stratum,
                    "role": audit.role,
                    "activation_gap": pair.gap,
                    "difficulty_window": difficulty_window(high, low),
                    "nearest_tile": audit.nearest,
                    "nearest_tile_bits": audit.nearest_bits,
                    "rule": audit.rule,
                }
            )
    return rows


def tile_rows(
    index: NaturalActivations, found: Sequence[AuditedPairs]
) -> list[dict[str, Any]]:
    """One row per tile that the pairs were held against."""
    rows = []
    for one in found:
        pool = index.pool(one.feature)
        kinds = {"natural": one.tiles.natural, "seed_image": one.tiles.seed_images}
        for kind, positions in kinds.items():
            rows += [
                {**photograph_row(index, one.feature, pool, int(p)), "kind": kind}
                for p in positions
            ]
    return rows


def difficulty_window(high: float, low: float) -> int | None:
    """The narrowest window of percentiles outside of which a pair lies; None: none.

    Args:
        high, low: percentiles of the stronger and the weaker picture, 0 to 100.
    """
    fitting = [w for w in DIFFICULTY_WINDOWS if high >= w and low <= 100 - w]
    return fitting[0] if fitting else None


def write_pairs(
    out: Path,
    table: ActivationTable,
    request: PairRequest,
    pairs: Sequence[Mapping[str, Any]],
    tiles: Sequence[Mapping[str, Any]],
) -> None:
    """Write the pairs, and beside them their tiles and the record of how both came.

    `pairs.csv` gets `pairs.tiles.csv` and `pairs.json`.
    """
    record = {
        "request": describe_request(request),
        "index": {
            key: table.facts[key]
            for key in ("network", "canvas_px", "n_images", "pool_sha256")
        },
        "generator": describe_generator("cpu"),
    }
    text = json.dumps(record, indent=2, sort_keys=True, ensure_ascii=False)
    write_whole(out.with_suffix(".tiles.csv"), _csv(tiles))
    write_whole(out.with_suffix(".json"), f"{text}\n".encode())
    write_whole(out, _csv(pairs))


def _csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode()
