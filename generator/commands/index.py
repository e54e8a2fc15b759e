"""`accentuate index`: how strongly photographs drive features, as a table."""

import argparse
import sys
from pathlib import Path
from typing import Any

from generator.commands.arguments import (
    add_command,
    add_network_arguments,
    network_from,
)
from generator.commands.progress_bar import ProgressBar
from generator.errors import ConfigError
from generator.feature_text import parse_feature
from generator.features import Feature
from generator.jobs import WorkFolder, write_whole


def add_parser(subparsers: Any) -> None:
    """Add the command to those of `accentuate`."""
    parser = add_command(
        subparsers,
        "index",
        summary="Write how strongly each photograph of a folder drives features.",
        example=(
            "accentuate index photographs --network mobilenet_v2 "
            "--weights mobilenet_v2.pth --feature logit:daisy "
            "--feature features.14:17 --out index.csv"
        ),
    )
    parser.add_argument("folder", type=Path, metavar="PHOTOGRAPHS")
    add_network_arguments(parser)
    parser.add_argument(
        "--feature",
        action="append",
        required=True,
        metavar="LAYER:UNIT",
        help="may be given several times",
    )
    parser.add_argument(
        "--canvas",
        type=int,
        metavar="PX",
        help="side of the pictures shown (default: 8/7 of what the network sees)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE.csv",
        help="one row per photograph; activation and percentile of each feature",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the table; returns the exit code."""
    # Imported late: `--help` need not wait seconds for torch.
    from generator.activation_index import build_index
    from generator.photographs import default_canvas_px, list_photographs

    features = [_fixed_feature(text) for text in arguments.feature]
    network = network_from(arguments)
    out: Path = arguments.out
    try:
        with ProgressBar() as progress:
            index = build_index(
                network,
                arguments.folder,
                list_photographs(arguments.folder),
                features,
                canvas_px=arguments.canvas or default_canvas_px(network.preprocessing),
                work=WorkFolder(path=out.with_name(f".{out.name}.work")),
                progress=progress,
            )
    except KeyboardInterrupt:
        print(
            "\ninterrupted; finished photographs are kept: give the same command "
            "to go on",
            file=sys.stderr,
        )
        return 130
    write_whole(out, index.as_table().encode())
    print(f"{len(index.photographs)} photographs, {len(features)} features: {out}")
    return 0


def _fixed_feature(text: str) -> Feature:
    feature = parse_feature(text)
    if feature.rank is not None:
        raise ConfigError(
            f"{text} is another logit for each photograph; name one logit"
        )
    return feature
