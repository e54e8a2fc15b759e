"""`study-server researcher`: accounts of the people who run studies."""

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from study_server.commands.options import (
    add_command,
    add_data_options,
    open_database,
    server_config,
)
from study_server.services.researchers import add_researcher, reset_password

if TYPE_CHECKING:
    from study_server.commands.options import Commands


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "researcher",
        run_command,
        purpose="Add a researcher, or give one a new one-time password.",
        example="study-server researcher add ada --data data",
    )
    parser.add_argument("action", choices=("add", "reset"))
    parser.add_argument("name", metavar="NAME")
    add_data_options(parser)


def run_command(options: argparse.Namespace) -> None:
    """Make or reset the account; print its one-time password, this once."""
    config = server_config(options)
    with open_database(config) as database, database.write() as db:
        if options.action == "add":
            password = add_researcher(db, options.name, created_at=datetime.now(UTC))
        else:
            password = reset_password(db, options.name)
    print(f"Researcher: {options.name}")
    print(f"One-time password: {password}")
    print("It is shown only now, and must be changed at the first login at /admin.")
