"""`study-analysis report`: an export becomes a folder with results and a page."""

import argparse
import sys
from pathlib import Path

from analysis.commands.arguments import Subparsers, add_command, add_rng_seed
from analysis.commands.exports import add_exports, export_paths
from analysis.config import FIGURE_FORMATS, AnalysisConfig, ReportConfig

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
    add_exports(parser)
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
    parser.add_argument(
        "--figure-formats",
        default=FIGURE_FORMATS,
        type=lambda text: tuple(kind for kind in text.split(",") if kind),
        metavar="KIND,...",
        help=f"files to write of each figure (default: {','.join(FIGURE_FORMATS)}); "
        "the page shows its figures either way",
    )
    add_rng_seed(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the report."""
    # Loads pandas, scipy and matplotlib: too slow for `--help` and for a typing error.
    from tqdm import tqdm

    from analysis.report import STAGES, write_report

    paths = export_paths(options)
    config = ReportConfig(
        export_path=paths[0],
        more_export_paths=tuple(paths[1:]),
        out_dir=options.out,
        planted_path=options.planted,
        bundle_dir=options.bundle,
        preregistration_path=options.preregistration,
        figure_formats=options.figure_formats,
        analysis=AnalysisConfig(rng_seed=options.rng_seed),
    )
    with tqdm(total=len(STAGES), disable=not sys.stderr.isatty()) as bar:

        def say(stage: str) -> None:
            bar.set_description(stage.replace("_", " "))
            bar.update()

        outcome = write_report(config, say=say)
    how = "unchanged, same inputs as before" if outcome.is_reused else "written"
    print(f"{config.out_dir / 'report.html'} ({how})")
    for text in outcome.leaks:
        print(f"study-analysis: {text}", file=sys.stderr)
    return 1 if outcome.leaks else 0
