"""`accentuate visualize`: pictures of features grown from noise."""

import argparse
import sys
from pathlib import Path
from typing import Any

from tqdm import tqdm

from generator.commands.arguments import (
    add_command,
    add_network_arguments,
    add_search_arguments,
    advance,
    network_from,
    search_changes,
)
from generator.commands.options import add_new_folder, add_number
from generator.config import VisualizationConfig
from generator.feature_text import parse_feature


def add_parser(subparsers: Any) -> None:
    """Add the command to those of `accentuate`."""
    parser = add_command(
        subparsers,
        "visualize",
        summary="Visualize features from noise: what they respond to most.",
        example="accentuate visualize --feature logit:brick --starts 4 --out out",
    )
    parser.add_argument(
        "--feature",
        action="append",
        required=True,
        metavar="F",
        help="LAYER:CHANNEL, logit:LABEL or logit:INDEX; may be given several times",
    )
    add_new_folder(parser)
    add_number(
        parser,
        "--starts",
        default=1,
        metavar="N",
        help_="pictures of each feature, from different noise",
    )
    parser.add_argument(
        "--spectrum",
        type=Path,
        metavar="PATH",
        help="spectrum that fourier_phase keeps: a file of `accentuate spectrum`, or a "
        "folder of photographs (default: of the demo's photographs)",
    )
    parser.add_argument(
        "--preset",
        default="default",
        help="default, lucid, maco or xplique_maco (default: default)",
    )
    _add_diversity_arguments(parser)
    add_network_arguments(parser)
    add_search_arguments(parser)
    parser.set_defaults(run=run)


def _add_diversity_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--diversity-weight",
        type=float,
        metavar="X",
        help="keep the pictures of a feature from looking alike; 1 pulls as hard at "
        "the start as the feature does (default: 0)",
    )
    parser.add_argument(
        "--diversity-layer",
        metavar="NAME",
        help="layer whose Gram matrices say how alike they look",
    )


def run(arguments: argparse.Namespace) -> int:
    """Check everything, visualize, print the table."""
    features = [parse_feature(text) for text in arguments.feature]
    config = VisualizationConfig.preset(arguments.preset).with_changes(
        **search_changes(arguments),
        diversity_weight=arguments.diversity_weight,
        diversity_layer=arguments.diversity_layer,
    )
    # Imported late: `--help` need not wait seconds for torch.
    from generator.images.visualize_run import VisualizeRequest, make_visualizations
    from generator.results.result_folder import ResultFolder

    request = VisualizeRequest(
        features=features,
        n_starts=arguments.starts,
        spectrum=arguments.spectrum,
        rng_seed=arguments.rng_seed,
        config=config,
    )
    folder = ResultFolder.create(arguments.out)
    network = network_from(arguments)
    total = len(features) * arguments.starts * config.crops_per_job
    with tqdm(total=total, desc="visualizing", unit="crop", file=sys.stderr) as bar:
        rows = make_visualizations(
            network, request, folder, on_crops=lambda n: advance(bar, n)
        )
    print(f"{'feature':24}  {'rng_seed':8}  {'activation':>10}")
    for row in rows:
        print(f"{row['feature_id']:24}  {row['rng_seed']:8}  {row['activation']:10.2f}")
    print(f"written to {arguments.out}")
    return 0
