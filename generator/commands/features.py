"""`accentuate features`: what can be targeted in a network."""

import argparse
from typing import Any

from generator.commands.arguments import (
    add_command,
    add_network_arguments,
    network_from,
)
from generator.features import LOGIT_LAYER


def add_parser(subparsers: Any) -> None:
    """Add the command to those of `accentuate`."""
    parser = add_command(
        subparsers,
        "features",
        summary="List the features of one layer: logits by label, or channels.",
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
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print one feature per line, as other commands take it."""
    # Imported late: `--help` need not wait seconds for torch.
    from generator.layers import check_layer

    network = network_from(arguments)
    layer = check_layer(arguments.layer, network.layers)
    if layer.name == LOGIT_LAYER:
        for index, label in enumerate(network.labels):
            if arguments.match.casefold() in label.casefold():
                unit = label if network.labels.count(label) == 1 else str(index)
                print(f"{LOGIT_LAYER}:{unit}\t{index}\t{label}")
        return 0
    for index in range(layer.n_channels):
        print(f"{layer.name}:{index}")
    return 0
