"""The command `study-analysis`. Arguments, one call, one line of answer."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from analysis.config import AnalysisConfig, ReportConfig
from analysis.errors import AnalysisError

EXAMPLE = """example:
  study-analysis report export.zip --out report
  study-analysis report export.zip --out report --planted observers.toml --rng-seed 1
"""


def build_parser() -> argparse.ArgumentParser:
    """All commands with their options."""
    parser = argparse.ArgumentParser(
        prog="study-analysis",
        description="Accuracies, intervals, contrasts, a report: from a study export.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    report = commands.add_parser(
        "report",
        help="analyse an export and write results.json, tables, figures, report.html",
        description="Analyse a study export: accuracies and contrasts with intervals "
        "that say what they generalize to, exclusions, figures, and one page.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    report.add_argument("export", type=Path, metavar="EXPORT.zip", help="study export")
    report.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder to make"
    )
    report.add_argument(
        "--planted",
        type=Path,
        metavar="OBSERVERS.toml",
        help="observer file of a simulation: planted beside recovered accuracies",
    )
    report.add_argument(
        "--bundle",
        type=Path,
        metavar="DIR",
        help="the study's stimulus bundle, for the features' names",
    )
    report.add_argument(
        "--rng-seed", type=int, default=0, metavar="N", help="default: %(default)s"
    )
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    options = build_parser().parse_args(arguments)
    try:
        return _report(options)
    except AnalysisError as error:
        print(f"study-analysis: {error}", file=sys.stderr)
        return 1


def _report(options: argparse.Namespace) -> int:
    # Loads pandas, scipy and matplotlib: too slow for `--help` and for a typing error.
    from analysis.report import write_report

    config = ReportConfig(
        export_path=options.export,
        out_dir=options.out,
        planted_path=options.planted,
        bundle_dir=options.bundle,
        analysis=AnalysisConfig(rng_seed=options.rng_seed),
    )
    outcome = write_report(config)
    how = "unchanged, same inputs as before" if outcome.is_reused else "written"
    print(f"{config.out_dir / 'report.html'} ({how})")
    return 0
