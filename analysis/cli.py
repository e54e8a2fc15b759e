"""The command `study-analysis`: finds the commands and catches their errors."""

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Sequence

from analysis import commands
from analysis.errors import AnalysisError


def build_parser() -> argparse.ArgumentParser:
    """The parser with every command of `analysis.commands`."""
    parser = argparse.ArgumentParser(
        prog="study-analysis",
        description="Accuracies, intervals, contrasts, a report: from a study export. "
        "`study-analysis COMMAND --help` shows an example.",
    )
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for found in pkgutil.iter_modules(commands.__path__):
        module = importlib.import_module(f"{commands.__name__}.{found.name}")
        if hasattr(module, "add_parser"):
            module.add_parser(subparsers)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code (0 done, 1 refused, 130 interrupted)."""
    options = build_parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except AnalysisError as error:
        print(f"study-analysis: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstudy-analysis: interrupted", file=sys.stderr)
        return 130
    return code
