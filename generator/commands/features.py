"""`accentuate features`: what can be targeted in a network."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.commands.arguments import (
    add_command,
    add_network_arguments,
    network_from,
)
from generator.commands.options import add_rng_seed
from generator.errors import ConfigError
from generator.feature_text import logit_features
from generator.features import LOGIT_LAYER

if TYPE_CHECKING:
    from generator.networks import Network


def add_parser(subparsers: Any) -> None:
    """Add the command to those of `accentuate`."""
    parser = add_command(
        subparsers,
        "features",
        summary="List the features of one layer, or draw some of each layer.",
        example="accentuate features --network embedded --match cat",
    )
    add_network_arguments(parser)
    parser.add_argument(
        "--layer",
        default=LOGIT_LAYER,
        metavar="NAME",
        help="a name from `accentuate layers` (default: logit)",
    )
    parser.add_argument(
        "--match", default="", metavar="TEXT", help="only labels that contain this"
    )
    group = parser.add_argument_group("draw features to study, as many of each layer")
    group.add_argument("--sample", type=int, metavar="N", help="features of each layer")
    group.add_argument(
        "--index",
        type=Path,
        metavar="INDEX.parquet",
        help="made by `accentuate index`: its layers, without features that are dead",
    )
    add_rng_seed(group)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print one feature per line, as other commands take it."""
    # Imported late: `--help` need not wait seconds for torch.
    from generator.layers import check_layer

    if (arguments.sample is None) != (arguments.index is None):
        raise ConfigError(
            "--sample and --index go together: features are drawn from an index, "
            "which says which of them are dead"
        )
    network = network_from(arguments)
    if arguments.sample is not None:
        _print_sample(network, arguments)
        return 0
    layer = check_layer(arguments.layer, network.layers)
    if layer.name == LOGIT_LAYER:
        labels = network.labels or ("",) * layer.n_channels
        for index, feature in enumerate(logit_features(labels, len(labels))):
            if arguments.match.casefold() in labels[index].casefold():
                print(f"{feature}\t{index}\t{labels[index]}")
        return 0
    for index in range(layer.n_channels):
        print(f"{layer.name}:{index}")
    return 0


def _print_sample(network: "Network", arguments: argparse.Namespace) -> None:
    """Print the features drawn; what was left out goes to the error stream."""
    import numpy as np

    from generator.index.activation_table import ActivationTable
    from generator.index.feature_sampling import sample_features

    if arguments.rng_seed < 0:
        raise ConfigError(f"--rng-seed must not be negative; got {arguments.rng_seed}")
    table = ActivationTable.read(arguments.index)
    table.check_network(network)
    rng = np.random.default_rng(arguments.rng_seed)
    found = sample_features(table, arguments.sample, rng=rng)
    for feature in found.features:
        print(feature)
    for layer in found.layers:
        print(
            f"{layer.layer}: {len(layer.features)} of {layer.n_live} drawn, "
            f"{layer.n_dead} dead on {found.n_images} photographs",
            file=sys.stderr,
        )
