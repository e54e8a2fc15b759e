"""`study-analysis preregister`: decisions become a page and a checksum."""

import argparse
from pathlib import Path

from analysis.commands.arguments import Subparsers, add_command


def add_parser(commands: Subparsers) -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "preregister",
        summary="write the decisions of an analysis as a page with a checksum",
        description="Read a study file (or a file of decisions alone) and write "
        "preregistration.json and preregistration.md. Give the JSON file to "
        "`report --preregistration`: what is not in it is marked exploratory.",
        example="study-analysis preregister study.toml --out preregistration",
    )
    parser.add_argument("study", type=Path, metavar="STUDY.toml")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder to make"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write both files and print the checksum."""
    from analysis.output import write_folder
    from analysis.preregistration import as_markdown, read_preregistration

    plan = read_preregistration(options.study)
    files = {
        "preregistration.json": (plan.as_json() + "\n").encode(),
        "preregistration.md": as_markdown(plan).encode(),
    }
    write_folder(options.out, files, inputs_sha256=plan.sha256, command="preregister")
    print(f"{options.out / 'preregistration.json'} (SHA-256 {plan.sha256})")
    return 0
