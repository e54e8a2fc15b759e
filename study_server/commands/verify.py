"""`study-server verify`: recompute the hash chain of every session."""

import argparse
import json
from typing import TYPE_CHECKING

from study_server.commands.options import (
    add_command,
    add_data_options,
    open_database,
    server_config,
)
from study_server.errors import VerificationError
from study_server.services.verification import Verification, verify_chains

if TYPE_CHECKING:
    from study_server.commands.options import Commands


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "verify",
        run_command,
        purpose="Check that every stored response is as it was stored, and in its "
        "place; fails and names what is not.",
        example="study-server verify --data data",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_data_options(parser)


def run_command(options: argparse.Namespace) -> None:
    """Print what was found.

    Raises:
        VerificationError: something is broken.
    """
    with open_database(server_config(options)) as database, database.read() as db:
        found = verify_chains(db)
    if options.json:
        print(json.dumps(found.as_values(), indent=2))
    else:
        print("\n".join(lines(found)))
    if not found.is_sound:
        n = len(found.breaks)
        raise VerificationError(
            f"{n} {'thing is' if n == 1 else 'things are'} not as stored; compare with "
            "a backup or an export made before"
        )


def lines(found: Verification) -> list[str]:
    """What was found, for people."""
    text = [
        f"{each.study_id}, session {each.session_id}, response {each.chain_index}"
        f"{f' ({each.response_id})' if each.response_id else ''}: "
        f"{each.kind}; {each.message}"
        for each in found.breaks
    ]
    checked = f"{found.n_responses} responses of {found.n_sessions} sessions"
    return [*text, f"Checked {checked}: {'broken' if text else 'all as stored'}"]
