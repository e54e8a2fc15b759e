"""The command line `accentuate`: finds the commands and catches their errors."""

import argparse
import importlib
import logging
import pkgutil
import sys
from collections.abc import Sequence

from generator import commands
from generator.errors import GeneratorError
from generator.freed_memory import keep_freed_memory


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code (0 done, 1 refused, 130 interrupted)."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    arguments = build_parser().parse_args(argv)
    keep_freed_memory()
    try:
        code: int = arguments.run(arguments)
    except GeneratorError as error:
        print(f"accentuate: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\naccentuate: interrupted", file=sys.stderr)
        return 130
    return code


def build_parser() -> argparse.ArgumentParser:
    """The parser with every command of `generator.commands`."""
    parser = argparse.ArgumentParser(
        prog="accentuate",
        description=(
            "Feature accentuations: photographs changed so that a feature of a neural "
            "network responds more. `accentuate COMMAND --help` shows an example."
        ),
    )
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for found in pkgutil.iter_modules(commands.__path__):
        module = importlib.import_module(f"{commands.__name__}.{found.name}")
        if hasattr(module, "add_parser"):
            module.add_parser(subparsers)
    return parser
