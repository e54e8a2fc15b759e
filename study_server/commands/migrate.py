"""`study-server migrate`: bring the database to the schema of this version."""

import argparse
from typing import TYPE_CHECKING

from study_server.commands.options import (
    add_command,
    add_data_options,
    open_database,
    server_config,
)
from study_server.migrations.upgrade import newest_revision

if TYPE_CHECKING:
    from study_server.commands.options import Commands


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "migrate",
        run_command,
        purpose="Bring the database to the schema of this version; sessions that are "
        "under way go on.",
        example="study-server migrate --data data",
    )
    add_data_options(parser)


def run_command(options: argparse.Namespace) -> None:
    """Upgrade, and say to what."""
    config = server_config(options)
    with open_database(config, may_upgrade=True):
        pass
    print(f"{config.shown_database_url}: schema of revision {newest_revision()}")
