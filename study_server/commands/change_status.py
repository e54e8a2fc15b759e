"""`study-server pause`, `resume` and `close`: whether new participants may start."""

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
from study_server.models import StudyStatus
from study_server.services.audit_log import COMMAND_LINE, note
from study_server.services.studies import set_status

if TYPE_CHECKING:
    from study_server.commands.options import Commands

PURPOSES = {
    "pause": (StudyStatus.PAUSED, "Let no one new in; running sessions finish."),
    "resume": (StudyStatus.OPEN, "Let new participants in again."),
    "close": (StudyStatus.CLOSED, "End recruitment; running sessions finish."),
}


def add_parser(commands: "Commands") -> None:
    """Declare the three commands."""
    for name, (status, purpose) in PURPOSES.items():
        parser = add_command(
            commands,
            name,
            partial(run_command, status=status),
            purpose=purpose,
            example=f"study-server {name} demo --data data",
        )
        parser.add_argument("study_id", metavar="STUDY_ID")
        add_data_options(parser)


def run_command(options: argparse.Namespace, *, status: StudyStatus) -> None:
    """Set the status; print it."""
    config = server_config(options)
    with open_database(config) as database, database.write() as db:
        set_status(db, options.study_id, status)
        note(
            db,
            f"study.{status}",
            actor=COMMAND_LINE,
            done_at=datetime.now(UTC),
            study_id=options.study_id,
        )
    print(f"Study {options.study_id} is now {status}")
