"""How commands are declared, so that all look alike."""

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]
else:
    Subparsers = Any


def add_command(
    commands: Subparsers, name: str, *, summary: str, description: str, example: str
) -> argparse.ArgumentParser:
    """A command with its example below the options."""
    return commands.add_parser(
        name,
        help=summary,
        description=description,
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_rng_seed(parser: argparse.ArgumentParser) -> None:
    """The seed of every random number of a command."""
    parser.add_argument(
        "--rng-seed", type=int, default=0, metavar="N", help="default: %(default)s"
    )
