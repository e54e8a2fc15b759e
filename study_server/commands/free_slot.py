"""`study-server reject` and `return`: let others have a session's slot."""

import argparse
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from study_server.commands.options import (
    add_command,
    add_data_options,
    open_database,
    server_config,
)
from study_server.services.replacement import Act, ask_for_replacement

if TYPE_CHECKING:
    from study_server.commands.options import Commands

PURPOSES: dict[Act, str] = {
    "reject": "Recruit another participant in place of one; the data stay.",
    "return": "Free the slot of a submission that was returned on the platform.",
}


def add_parser(commands: "Commands") -> None:
    """Declare the two commands."""
    for act, purpose in PURPOSES.items():
        parser = add_command(
            commands,
            act,
            partial(run_command, act=act),
            purpose=purpose,
            example=f'study-server {act} demo 3f9a01c2 --reason "asked by mail" '
            "--data data",
        )
        parser.add_argument("study_id", metavar="STUDY_ID")
        parser.add_argument("session", metavar="SESSION", help="id, or its beginning")
        parser.add_argument("--reason", required=True, help="goes into the export")
        add_data_options(parser)


def run_command(options: argparse.Namespace, *, act: Act) -> None:
    """Free the slot; print which."""
    config = server_config(options)
    with open_database(config) as database, database.write() as db:
        session = ask_for_replacement(
            db,
            options.study_id,
            options.session,
            act,
            reason=options.reason,
            freed_at=datetime.now(UTC),
        )
        print(f"Slot {session.slot_index} is free; session {session.session_id} stays")
