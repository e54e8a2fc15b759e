"""`study-analysis interim`: exclusions and precision while a study runs, no answers."""

import argparse
from pathlib import Path
from typing import Any

from analysis.commands.arguments import Subparsers, add_command
from analysis.commands.exports import add_exports, export_paths
from analysis.commands.power import add_components, chosen_components


def add_parser(commands: Subparsers) -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "interim",
        summary="look at exclusions and precision while a study runs, blind to answers",
        description="Write interim.html and interim.json: who was left out by which "
        "rule, catch trials, and how small a difference the study can find now and at "
        "its end. Who was right in main trials is never read, so a look costs nothing "
        "and can be repeated; blind exports are read as well.",
        example="study-analysis interim export.zip --out interim",
    )
    add_exports(parser)
    parser.add_argument(
        "--preregistration",
        type=Path,
        metavar="FILE",
        help="made by `preregister`: its exclusions apply, its looks are listed",
    )
    parser.add_argument(
        "--planned-participants",
        type=int,
        metavar="N",
        help="at the end; default: the study's number of places",
    )
    add_components(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the look and print its main numbers."""
    from analysis.interim import InterimConfig, write_interim

    results = write_interim(
        InterimConfig(
            export_paths=export_paths(options),
            out_dir=options.out,
            components=chosen_components(options),
            preregistration_path=options.preregistration,
            n_planned=options.planned_participants,
        )
    )
    flow = results["flow"]
    print(
        f"{flow['n_assigned']} sessions, {flow['n_excluded']} excluded, "
        f"{flow['n_analysed']} left"
    )
    for row in results["precision"]:
        print(_line(row))
    print(options.out / "interim.html")
    return 0


def _line(row: dict[str, Any]) -> str:
    found = row["precision"]
    said = (
        f"detects {100 * found['detectable_difference']:.1f} points"
        if found
        else row["reason"]
    )
    return f"{row['label']}, {row['n_participants']} participants: {said}"
