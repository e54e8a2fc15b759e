"""`accentuate photographs`: scikit-image's photographs as a folder of small ones."""

import argparse
from pathlib import Path
from typing import Any

from generator.commands.arguments import add_command
from generator.demo.photographs import PhotographsConfig, write_photographs


def add_parser(subparsers: Any) -> None:
    """Add the command to those of `accentuate`."""
    defaults = PhotographsConfig()
    parser = add_command(
        subparsers,
        "photographs",
        summary="Write the demo's photographs, one folder per class.",
        details="They are cut from the photographs that come inside scikit-image, and "
        "share no pixel.",
        example=(
            "accentuate photographs pool\n"
            "  accentuate photographs pool --side-px 192 --max-per-class 20"
        ),
    )
    parser.add_argument(
        "out",
        type=Path,
        metavar="OUT",
        help="new or empty folder, or one written before",
    )
    parser.add_argument(
        "--side-px",
        type=int,
        default=defaults.side_px,
        help="side of the pictures, pixels (default %(default)s)",
    )
    parser.add_argument(
        "--max-per-class",
        type=int,
        default=defaults.max_per_class,
        help="pictures of a class at most (default %(default)s)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the pool and say how large it is."""
    config = PhotographsConfig(
        side_px=arguments.side_px, max_per_class=arguments.max_per_class
    )
    n_written = write_photographs(arguments.out, config)
    print(f"{n_written} photographs in {arguments.out}")
    return 0
