"""`accentuate index`: how strongly photographs drive features, as a table."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.commands.arguments import (
    add_command,
    add_network_arguments,
    network_from,
)
from generator.commands.options import add_shown_canvas
from generator.commands.progress_bar import ProgressBar
from generator.feature_text import parse_feature

if TYPE_CHECKING:
    from generator.index.writer import IndexSummary


def add_parser(subparsers: Any) -> None:
    """Add the command to those of `accentuate`."""
    parser = add_command(
        subparsers,
        "index",
        summary="Write how strongly each photograph of a folder drives features.",
        example=(
            "accentuate index photographs --network mobilenet_v2 "
            "--weights mobilenet_v2.pth --layer features.14 --logits "
            "--out index.parquet"
        ),
    )
    parser.add_argument("folder", type=Path, metavar="PHOTOGRAPHS")
    add_network_arguments(parser)
    _add_feature_arguments(parser)
    add_shown_canvas(parser)
    parser.add_argument(
        "--chunk",
        type=int,
        default=64,
        metavar="N",
        help="photographs in memory at once, and the most that an interrupted run "
        "loses; a multiple of 16 (default: 64). Changes no number.",
    )
    parser.add_argument(
        "--skip-unreadable",
        action="store_true",
        help="leave photographs that cannot be read out, and count them",
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help=".parquet: any number of features; .csv: a few, with percentiles",
    )
    parser.set_defaults(run=run)


def _add_feature_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("features (at least one; each repeatable)")
    group.add_argument("--feature", action="append", default=[], metavar="LAYER:UNIT")
    group.add_argument(
        "--layer",
        action="append",
        default=[],
        metavar="NAME",
        help="every channel of a layer that `accentuate layers` lists",
    )
    group.add_argument("--logits", action="store_true", help="every logit")


def run(arguments: argparse.Namespace) -> int:
    """Write the table; returns the exit code."""
    # Imported late: `--help` need not wait seconds for torch.
    from generator.index.run import IndexConfig, check_index_path, index_photographs

    check_index_path(arguments.out)
    config = IndexConfig(
        features=[parse_feature(text) for text in arguments.feature],
        layers=arguments.layer,
        with_logits=arguments.logits,
        canvas_px=arguments.canvas,
        chunk_size=arguments.chunk,
        skips_unreadable=arguments.skip_unreadable,
    )
    network = network_from(arguments)
    try:
        with ProgressBar() as progress:
            summary = index_photographs(
                network, arguments.folder, config, arguments.out, progress=progress
            )
    except KeyboardInterrupt:
        print(
            "\ninterrupted; finished photographs are kept: give the same command "
            "to go on",
            file=sys.stderr,
        )
        return 130
    print(_describe(summary, arguments.out))
    return 0


def _describe(summary: "IndexSummary", out: Path) -> str:
    """What became of the folder, in one paragraph."""
    lines = [f"{summary.n_images} photographs, {summary.n_features} features: {out}"]
    if summary.n_exact_duplicates:
        lines.append(f"{summary.n_exact_duplicates} exact duplicates left out")
    if summary.n_near_duplicates:
        lines.append(
            f"{summary.n_near_duplicates} photographs look like an earlier one; "
            "they share its duplicate_group"
        )
    if summary.unreadable:
        lines.append(
            f"{len(summary.unreadable)} unreadable photographs left out: "
            f"{', '.join(summary.unreadable)}"
        )
    return "\n".join(lines)
