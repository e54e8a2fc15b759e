"""`study-server setup-link`: the link by which the first owner makes an account."""

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from study_server.commands.options import (
    add_command,
    add_data_options,
    open_database,
    server_config,
)
from study_server.services.setup import make_setup_link

if TYPE_CHECKING:
    from study_server.commands.options import Commands


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "setup-link",
        run_command,
        purpose="Print a link, good for one day and one use, that makes the first "
        "owner's account; earlier links lead nowhere.",
        example="study-server setup-link --data data",
    )
    add_data_options(parser)


def run_command(options: argparse.Namespace) -> None:
    """Print the path, to be put behind the server's address."""
    config = server_config(options, makes_folder=True)
    with open_database(config) as database, database.write() as db:
        print(make_setup_link(db, now=datetime.now(UTC)))
