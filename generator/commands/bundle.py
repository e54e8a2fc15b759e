"""`accentuate bundle`: make everything a study needs from a plan."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from generator.bundles.plan import draft_plan
from generator.bundles.plan_sources import (
    PlanOverrides,
    apply_network,
    find_finished,
    remember_finished,
    sources_key,
)
from generator.commands.arguments import add_command
from generator.commands.progress_bar import ProgressBar
from generator.jobs import WorkFolder


def add_parser(subparsers: Any) -> None:
    """Add the command to those of `accentuate`."""
    parser = add_command(
        subparsers,
        "bundle",
        summary="Make a stimulus bundle from a plan.",
        example="accentuate bundle plan.toml --photographs photographs --out bundles",
    )
    parser.description = (
        "Make a stimulus bundle from a plan: exemplars, seed images, accentuations, "
        "feature visualizations and query pairs. A run that was stopped goes on where "
        "it was; a finished bundle is found again."
    )
    parser.add_argument("plan", type=Path, metavar="PLAN.toml")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder for bundles"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="check the plan and count, make nothing"
    )
    parser.add_argument(
        "--network", metavar="NAME", help="in place of the plan's network"
    )
    parser.add_argument(
        "--weights", type=Path, metavar="PATH", help="in place of the plan's weights"
    )
    parser.add_argument(
        "--photographs",
        type=Path,
        metavar="DIR",
        help="in place of the plan's photographs; sub-folders are classes",
    )
    parser.add_argument(
        "--work",
        type=Path,
        metavar="DIR",
        help="folder of unfinished work (default: .work in the folder for bundles)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Make the bundle, or find it finished; returns the exit code."""
    overrides = PlanOverrides(
        network=arguments.network,
        weights=arguments.weights,
        photographs=arguments.photographs,
    )
    draft = apply_network(draft_plan(arguments.plan), overrides)
    out: Path = arguments.out
    work: Path = arguments.work or out / ".work"
    key = sources_key(draft, overrides)
    if finished := find_finished(out, work, key):
        print("finished before:", file=sys.stderr)
        print(finished.folder)
        return 0
    # Imported late, because torch takes seconds that a finished bundle needs not wait.
    from generator.bundles.estimate import estimate_bundle
    from generator.bundles.plan_check import check_plan
    from generator.bundles.run import make_bundle

    checked = check_plan(draft, overrides)
    if arguments.dry_run:
        print(estimate_bundle(checked).as_text(checked))
        return 0
    try:
        with ProgressBar() as progress:
            bundle = make_bundle(
                checked,
                out,
                work=WorkFolder(path=work),
                progress=progress,
                created_at=datetime.now(UTC),
            )
    except KeyboardInterrupt:
        print(
            "\ninterrupted; finished work is kept: give the same command to go on",
            file=sys.stderr,
        )
        return 130
    remember_finished(work, key, bundle)
    print(f"{len(bundle.stimuli())} stimuli in:", file=sys.stderr)
    print(bundle.folder)
    return 0
