"""`study-server chaos`: everything goes wrong on purpose, on a server of its own."""

import argparse
from typing import TYPE_CHECKING

from study_server.commands.loadtest import (
    add_endurance_options,
    endurance_faults,
    print_found,
)
from study_server.commands.options import add_command
from study_server.errors import StudyServerError

if TYPE_CHECKING:
    from study_server.commands.options import Commands


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "chaos",
        run_command,
        purpose="Kill the server, fill its disk, break its connections while simulated "
        "participants answer, on data made for it; exit 1 when an acknowledged answer "
        "is lost or doubled.",
        example="study-server chaos --responses 100000 --json",
    )
    parser.add_argument(
        "--responses",
        type=int,
        default=2_000,
        metavar="N",
        help="acknowledged, before it ends (default: %(default)s)",
    )
    parser.add_argument(
        "--kills", type=int, metavar="N", help="default: 1 in 4,000 responses, least 3"
    )
    parser.add_argument("--participants", type=int, default=24, metavar="N")
    parser.add_argument("--limit-minutes", type=float, default=60.0, metavar="MINUTES")
    add_endurance_options(parser)


def run_command(options: argparse.Namespace) -> None:
    """Wreck, print, and fail on any loss."""
    from study_server.endurance.chaos import ChaosConfig, run_chaos

    config = ChaosConfig(
        n_responses=options.responses,
        n_kills=options.kills,
        n_participants=options.participants,
        limit_minutes=options.limit_minutes,
        database_url=options.database,
        parent=options.parent,
        n_workers=options.workers,
        rng_seed=options.rng_seed,
    )
    found = run_chaos(config)
    print_found(found, as_json=options.json)
    if faults := endurance_faults(found):
        raise StudyServerError("; ".join(faults))
