"""`accentuate photographs`: scikit-image's photographs as a folder of small ones."""

import argparse
from pathlib import Path

from generator.demo.photographs import PhotographsConfig, write_photographs

EXAMPLE = """example:
  accentuate photographs pool
  accentuate photographs pool --side-px 192 --max-per-class 20
"""


def add_parser(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> None:
    """Add the command to the command line."""
    defaults = PhotographsConfig()
    parser = subparsers.add_parser(
        "photographs",
        help="write the demo's photographs, one folder per class",
        description="Cut the photographs that come inside scikit-image into small "
        "pictures that share no pixel, in a folder for each class.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
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
