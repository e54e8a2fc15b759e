"""Arguments of commands that choose photographs from an index. No torch."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from generator.commands.options import add_number, add_rng_seed
from generator.errors import ConfigError

if TYPE_CHECKING:
    from generator.features import Feature
    from generator.index.activation_table import ActivationTable


def add_index_arguments(parser: argparse.ArgumentParser) -> None:
    """Which index, which features, which photographs of it."""
    parser.add_argument(
        "index", type=Path, metavar="INDEX.parquet", help="made by `accentuate index`"
    )
    parser.add_argument(
        "--feature",
        action="append",
        required=True,
        metavar="LAYER:UNIT",
        help="may be given several times",
    )
    add_rng_seed(parser)
    add_number(
        parser,
        "--split-rng-seed",
        default=0,
        metavar="N",
        help_="deals the photographs to four disjoint pools; the same N everywhere "
        "keeps them disjoint",
    )


def chosen_features(
    table: "ActivationTable", arguments: argparse.Namespace
) -> "tuple[Feature, ...]":
    """The features named, each once."""
    return tuple(dict.fromkeys(table.find(text) for text in arguments.feature))


def check_rng_seeds(arguments: argparse.Namespace) -> None:
    """Refuse negative ones.

    Raises:
        ConfigError: one is negative.
    """
    if min(arguments.rng_seed, arguments.split_rng_seed) < 0:
        raise ConfigError("--rng-seed and --split-rng-seed must not be negative")
