"""`study-server import`: take in a stimulus bundle."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from study_server.commands.options import (
    add_command,
    add_data_options,
    open_database,
    server_config,
)
from study_server.services.bundles import import_bundle

if TYPE_CHECKING:
    from study_server.commands.options import Commands


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "import",
        run_command,
        purpose="Take in a stimulus bundle; importing it again changes nothing.",
        example="study-server import bundles/demo-0123456789ab --data data",
    )
    parser.add_argument("bundle", type=Path, metavar="BUNDLE_DIR")
    add_data_options(parser)


def run_command(options: argparse.Namespace) -> None:
    """Check and copy the bundle; print its id."""
    config = server_config(options, makes_folder=True)
    with open_database(config) as database, database.write() as db:
        bundle = import_bundle(
            db,
            options.bundle,
            bundles_dir=config.bundles_dir,
            imported_at=datetime.now(UTC),
        )
        bundle_id = bundle.bundle_id
    print(f"Imported bundle {bundle_id}")
