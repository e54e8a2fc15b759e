"""`study-analysis report`: an export becomes a folder with results and a page."""

import argparse
from pathlib import Path

from analysis.commands.arguments import Subparsers, add_command, add_rng_seed
from analysis.config import AnalysisConfig, ReportConfig
from analysis.download import export_address, fetch_export, is_address, read_token

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
    parser.add_argument(
        "export",
        metavar="EXPORT.zip",
        help="study export, or https://HOST/api/studies/STUDY_ID/export: it is "
        "downloaded beside the folder, as OUT-export.zip",
    )
    parser.add_argument(
        "--token-file", type=Path, metavar="FILE", help="token for such an address"
    )
    parser.add_argument(
        "--token",
        help="the token itself, which others on this machine can then see; or set "
        "STUDY_SERVER_TOKEN",
    )
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


def export_path(options: argparse.Namespace) -> Path:
    """The export's file, downloaded first if it is named by an address."""
    if not is_address(options.export):
        return Path(options.export)
    token = read_token(options.token, options.token_file)
    path: Path = options.out.with_name(f"{options.out.name}-export.zip")
    fetch_export(export_address(options.export), token, path)
    print(f"{path} (downloaded, {path.stat().st_size / 1e6:.1f} MB)")
    return path


def run(options: argparse.Namespace) -> int:
    """Write the report."""
    # Loads pandas, scipy and matplotlib: too slow for `--help` and for a typing error.
    from analysis.report import write_report

    config = ReportConfig(
        export_path=export_path(options),
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
