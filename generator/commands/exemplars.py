"""`accentuate exemplars`: photographs that show what a feature responds to."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from generator.commands.arguments import (
    add_command,
    add_network_arguments,
    network_from,
)
from generator.commands.options import add_number
from generator.commands.pool_arguments import (
    add_index_arguments,
    chosen_features,
)
from generator.errors import ConfigError
from generator.exemplars.pools import POOLS
from generator.exemplars.selection import ExemplarConfig, SelectionKind

if TYPE_CHECKING:
    from generator.exemplars.run import AttributionVectors
    from generator.index.indexed_folder import IndexedFolder


def add_parser(subparsers: Any) -> None:
    """Add the command to those of `accentuate`."""
    parser = add_command(
        subparsers,
        "exemplars",
        summary="Choose photographs that show what features respond to.",
        example=(
            "accentuate exemplars index.parquet --feature features.14:17 "
            "--select quantile --n 4 --photographs photographs --out exemplars"
        ),
    )
    defaults = ExemplarConfig()
    add_index_arguments(parser)
    parser.add_argument(
        "--select",
        choices=get_args(SelectionKind),
        default=defaults.kind,
        help="strongest; weakest; some of each bin of percentiles; or the strongest "
        f"of each cluster of attribution vectors (default: {defaults.kind})",
    )
    add_number(
        parser,
        "--n",
        default=defaults.n,
        metavar="K",
        help_="photographs; for quantile those of each bin",
    )
    add_number(
        parser,
        "--bins",
        default=defaults.n_bins,
        metavar="N",
        help_="of percentiles, for quantile",
    )
    parser.add_argument(
        "--pool",
        choices=POOLS,
        help="choose only from one of four disjoint pools of the photographs",
    )
    parser.add_argument(
        "--photographs",
        type=Path,
        metavar="FOLDER",
        help="the indexed folder, for the contact sheet and for diverse",
    )
    _add_diverse_arguments(parser, defaults)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.set_defaults(run=run)


def _add_diverse_arguments(
    parser: argparse.ArgumentParser, defaults: ExemplarConfig
) -> None:
    group = parser.add_argument_group("diverse (needs the indexed network, too)")
    group.add_argument(
        "--attribution-layer",
        metavar="NAME",
        help="layer before the feature's own, whose channels are compared",
    )
    add_number(
        group,
        "--candidates",
        default=defaults.n_candidates,
        metavar="N",
        help_="strongest photographs that are clustered",
    )
    add_network_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write table, contact sheet and record; returns the exit code."""
    # Imported late: `--help` need not wait seconds for torch.
    from generator.exemplars.run import choose_exemplars, write_exemplars
    from generator.index.activation_table import ActivationTable
    from generator.index.indexed_folder import IndexedFolder
    from generator.results.result_folder import ResultFolder

    config = ExemplarConfig(
        kind=arguments.select,
        n=arguments.n,
        n_bins=arguments.bins,
        n_candidates=arguments.candidates,
        rng_seed=arguments.rng_seed,
        pool=arguments.pool,
        split_rng_seed=arguments.split_rng_seed,
    )
    table = ActivationTable.read(arguments.index)
    features = chosen_features(table, arguments)
    source = None
    if arguments.photographs is not None:
        source = IndexedFolder(table=table, folder=arguments.photographs)
    vectors = _vectors(arguments, source) if config.kind == "diverse" else None
    folder = ResultFolder.create(arguments.out)
    chosen = choose_exemplars(table, features, config, vectors=vectors)
    write_exemplars(
        folder,
        table,
        chosen,
        config,
        source=source,
        attribution_layer=arguments.attribution_layer if vectors else None,
        device=arguments.device if vectors else "cpu",
    )
    n_photographs = sum(len(one.positions) for one in chosen.values())
    print(f"{n_photographs} exemplars of {len(features)} features: {arguments.out}")
    print(table.count_sentence())
    return 0


def _vectors(
    arguments: argparse.Namespace, source: "IndexedFolder | None"
) -> "AttributionVectors":
    """What gives the attribution vectors that `diverse` clusters."""
    from generator.attribution_vectors import vectors_of

    missing = [
        name
        for name, value in [
            ("--photographs", source),
            ("--attribution-layer", arguments.attribution_layer),
        ]
        if value is None
    ]
    if source is None or missing:
        raise ConfigError(
            "diverse exemplars are clustered by what the network does with the "
            f"photographs; give {' and '.join(missing)}, and --network as indexed"
        )
    return vectors_of(network_from(arguments), source, arguments.attribution_layer)
