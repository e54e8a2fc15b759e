"""`study-server import-recovery`: store the answers of a participant's file."""

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
from study_server.errors import RecoveryError
from study_server.participant.recovery import import_file

if TYPE_CHECKING:
    from study_server.commands.options import Commands


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "import-recovery",
        run_command,
        purpose="Store the answers of a file that a participant saved when they could "
        "not be sent. Each is stored once, however often it is imported.",
        example="study-server import-recovery answers.json --data data",
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    add_data_options(parser)


def run_command(options: argparse.Namespace) -> None:
    """Check the signatures, store, and say what became of each answer."""
    config = server_config(options)
    try:
        content = options.file.read_bytes()
    except OSError as error:
        raise RecoveryError(f"cannot read {options.file}: {error.strerror}") from error
    with open_database(config) as database, database.write() as db:
        done = import_file(
            db, content, secret_key=config.secret_key(), imported_at=datetime.now(UTC)
        )
    print(f"Stored {done.n_stored} answers of {done.n_sessions} sessions from the file")
    for n, words in (
        (done.n_known, "were stored already"),
        (done.n_conflicts, "differ from the answer that stands: kept as conflicts"),
        (done.n_erased, "are of participants who had all erased: not stored"),
        (done.n_refused, "are no answers of ours: kept as they are"),
    ):
        if n:
            print(f"{n} {words}")
