"""`study-analysis report`: an export becomes a folder with results and a page."""

import argparse
from pathlib import Path

from analysis.commands.arguments import Subparsers, add_command, add_rng_seed
from analysis.config import AnalysisConfig, ReportConfig

EXAMPLE = "study-analysis report export.zip --out report --rng-seed 1"


def add_parser(commands: Subparsers) -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "report",
        summary="analyse an export and write results.json, tables, figures, "
        "report.html",
        description="Analyse a study export: accuracies and contrasts with intervals "
        "that say what they generalize to, exclusions, figures, and one page.",
        example=EXAMPLE,
    )
    parser.add_argument("export", type=Path, metavar="EXPORT.zip", help="study export")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder to make"
    )
    parser.add_argument(
        "--planted",
        type=Path,
        metavar="OBSERVERS.toml",
        help="observer file of a simulation: planted beside recovered accuracies",
    )
    parser.add_argument(
        "--bundle",
        type=Path,
        metavar="DIR",
        help="the study's stimulus bundle, for the features' names",
    )
    parser.add_argument(
        "--preregistration",
        type=Path,
        metavar="FILE",
        help="made by `preregister`; its exclusions apply, and whatever it does not "
        "name is marked exploratory",
    )
    add_rng_seed(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the report."""
    # Loads pandas, scipy and matplotlib: too slow for `--help` and for a typing error.
    from analysis.report import write_report

    config = ReportConfig(
        export_path=options.export,
        out_dir=options.out,
        planted_path=options.planted,
        bundle_dir=options.bundle,
        preregistration_path=options.preregistration,
        analysis=AnalysisConfig(rng_seed=options.rng_seed),
    )
    outcome = write_report(config)
    how = "unchanged, same inputs as before" if outcome.is_reused else "written"
    print(f"{config.out_dir / 'report.html'} ({how})")
    return 0
