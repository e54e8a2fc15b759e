"""`accentuate pairs`: query pairs from an index, with their leakage audit."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.commands.arguments import add_command
from generator.commands.options import add_number
from generator.commands.pool_arguments import (
    add_index_arguments,
    check_rng_seeds,
    chosen_features,
)
from generator.errors import ConfigError
from generator.exemplars.tiles import SelectionConfig
from generator.pairs.query_pairs import QueryPairConfig

if TYPE_CHECKING:
    from generator.pairs.audit import ShownPicture


def add_parser(subparsers: Any) -> None:
    """Add the command to those of `accentuate`."""
    parser = add_command(
        subparsers,
        "pairs",
        summary="Choose pairs of photographs to ask people about, and audit them.",
        example=(
            "accentuate pairs index.parquet --feature logit:daisy "
            "--near 1 --far 2 --within-class 1 --out pairs.csv"
        ),
    )
    add_index_arguments(parser)
    _add_pair_arguments(parser)
    _add_tile_arguments(parser)
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="PAIRS.csv",
        help="one row per photograph of a pair; tiles and record are put beside it",
    )
    parser.set_defaults(run=run)


def _add_pair_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("pairs")
    pairs = QueryPairConfig()
    for name, help_ in [
        ("near", "pairs with a strong picture from the extreme bin"),
        ("far", "pairs with a strong picture of a class that no tile shows"),
        ("within-class", "pairs of one class"),
    ]:
        default = getattr(pairs, name.replace("-", "_"))
        add_number(group, f"--{name}", default=default, metavar="N", help_=help_)
    add_number(
        group,
        "--minimum-gap",
        default=pairs.minimum_gap,
        metavar="POINTS",
        help_="between the two percentiles",
    )
    add_number(
        group,
        "--near-percentile",
        default=pairs.near_percentile,
        metavar="P",
        help_="where the extreme bin begins",
    )


def _add_tile_arguments(parser: argparse.ArgumentParser) -> None:
    selection = SelectionConfig()
    tiles = parser.add_argument_group("tiles that panels show")
    tiles.add_argument(
        "--tiles",
        type=Path,
        metavar="TABLE.csv",
        help="columns feature_id and path, as `accentuate exemplars` writes them "
        "(default: exemplars and seed images chosen from the index)",
    )
    add_number(
        tiles,
        "--natural",
        default=selection.n_natural,
        metavar="N",
        help_="exemplars chosen per feature",
    )
    add_number(
        tiles,
        "--seed-images",
        default=selection.n_seed_images,
        metavar="N",
        help_="seed images chosen per feature",
    )
    tiles.add_argument(
        "--split-pools",
        action="store_true",
        help="exemplars, seed images and pairs each from a pool of their own",
    )
    tiles.add_argument(
        "--made",
        type=Path,
        metavar="FOLDER",
        help="made pictures that panels show too; no query may look like one",
    )


def run(arguments: argparse.Namespace) -> int:
    """Write pairs, tiles and record; returns the exit code."""
    # Imported late: `--help` need not wait for pyarrow.
    from generator.index.activation_table import ActivationTable
    from generator.pairs.run import PairRequest, choose_audited_pairs
    from generator.pairs.table import pair_rows, read_tiles, tile_rows, write_pairs

    check_rng_seeds(arguments)
    selection, pairs = _configs(arguments)
    if arguments.out.suffix.lower() != ".csv":
        raise ConfigError(f"--out must end in .csv; got {arguments.out}")
    table = ActivationTable.read(arguments.index)
    features = chosen_features(table, arguments)
    request = PairRequest(
        features=features,
        selection=selection,
        pairs=pairs,
        rng_seed=arguments.rng_seed,
        tiles=arguments.tiles and read_tiles(arguments.tiles, table, features),
        made=_made_pictures(arguments.made),
        split_rng_seed=arguments.split_rng_seed if arguments.split_pools else None,
    )
    found = choose_audited_pairs(table, request)
    write_pairs(
        arguments.out, table, request, pair_rows(table, found), tile_rows(table, found)
    )
    n_pairs = sum(len(one.pairs) for one in found)
    nearest = min(audit.nearest_bits for one in found for audit in one.audits)
    print(f"{n_pairs} pairs of {len(features)} features: {arguments.out}")
    print(f"audit passed: no photograph is nearer than {nearest} bits to a tile")
    print(table.count_sentence())
    return 0


def _configs(
    arguments: argparse.Namespace,
) -> tuple[SelectionConfig, QueryPairConfig]:
    selection = SelectionConfig(
        n_natural=arguments.natural, n_seed_images=arguments.seed_images
    )
    pairs = QueryPairConfig(
        near=arguments.near,
        far=arguments.far,
        within_class=arguments.within_class,
        minimum_gap=arguments.minimum_gap,
        near_percentile=arguments.near_percentile,
    )
    return selection, pairs


def _made_pictures(folder: Path | None) -> "tuple[ShownPicture, ...]":
    """The pictures of a folder with their hashes."""
    from generator.pairs.made_folder import read_shown_pictures

    return () if folder is None else read_shown_pictures(folder)
