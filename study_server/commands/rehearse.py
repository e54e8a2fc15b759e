"""`study-server rehearse`: simulated participants take a study in a sandbox."""

import argparse
from typing import TYPE_CHECKING

from study_server import create_app
from study_server.commands.options import (
    add_command,
    add_data_options,
    open_database,
    server_config,
)
from study_server.services.bundles import load_bundle
from study_server.services.studies import definition_of, find_draft, get_study
from study_server.simulation.dry_run import dry_run

if TYPE_CHECKING:
    from study_server.commands.options import Commands


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "rehearse",
        run_command,
        purpose="Let simulated participants take a study, or its draft, in a sandbox; "
        "the study's own data are only read.",
        example="study-server rehearse demo --sessions 8 --data data",
    )
    parser.add_argument("study_id", metavar="STUDY_ID")
    parser.add_argument("--sessions", type=int, default=4, metavar="N")
    add_data_options(parser)


def run_command(options: argparse.Namespace) -> None:
    """Run, and print what came out."""
    config = server_config(options)
    with open_database(config, may_upgrade=False) as database, database.read() as db:
        study = find_draft(db, options.study_id) or get_study(db, options.study_id)
    bundle = load_bundle(config.bundles_dir, study.bundle_id)
    found = dry_run(
        definition_of(study), bundle, n_sessions=options.sessions, make_app=create_app
    )
    for name, n in found.outcomes.items():
        print(f"{name}\t{n}")
    print(f"{found.n_responses} answers, {'sound' if found.is_sound else 'NOT SOUND'}")
