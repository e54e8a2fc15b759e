"""`study-server backup`: one backup now, or one after the other."""

import argparse
import logging
import os
import signal
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from study_server.commands.options import (
    add_command,
    add_data_options,
    open_database,
    server_config,
)
from study_server.db import Database
from study_server.errors import BackupError, StudyServerError
from study_server.services.backups import make_backup, rotate
from study_server.services.erasure import scrub
from study_server.services.retention import erase_expired

if TYPE_CHECKING:
    from study_server.commands.options import Commands

logger = logging.getLogger(__name__)

KEPT_HOURLY = 24
LOOK_EVERY_S = 1.0
"""So often it is checked whether whoever started us is still there."""


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "backup",
        run_command,
        purpose="Write a backup of the database, also while people take part; with "
        "--every, go on writing them. Keys and images are not in it.",
        example="study-server backup --to /var/backups/study --data data",
    )
    parser.add_argument("--to", type=Path, required=True, metavar="DIR")
    parser.add_argument(
        "--every", type=float, metavar="MIN", help="minutes; default: only one, now"
    )
    add_keep_option(parser)
    add_data_options(parser)


def add_keep_option(parser: argparse.ArgumentParser) -> None:
    """How much is kept."""
    parser.add_argument(
        "--keep",
        type=int,
        default=KEPT_HOURLY,
        metavar="N",
        help="keep the newest backup of each of the last N hours (%(default)s), seven "
        "days and four weeks",
    )


def run_command(options: argparse.Namespace) -> None:
    """Write one backup, or one at each interval until told to stop."""
    check_intervals(options.every, options.keep)
    config = server_config(options)
    with open_database(config, may_upgrade=False) as database:
        if options.every is None:
            print(f"Wrote {backup_once(database, options.to, n_hourly=options.keep)}")
        else:
            go_on(
                database, options.to, every_s=options.every * 60, n_hourly=options.keep
            )


def check_intervals(every_min: float | None, n_hourly: int) -> None:
    """Refuse what cannot be kept to.

    Raises:
        StudyServerError: says which option.
    """
    if every_min is not None and not every_min > 0:
        raise StudyServerError(
            f"minutes between backups must exceed 0; got {every_min:g}"
        )
    if n_hourly < 1:
        raise StudyServerError(f"--keep must be at least 1; got {n_hourly}")


def backup_once(database: Database, folder: Path, *, n_hourly: int) -> Path:
    """Forget what has been kept for long enough, write a backup, delete old ones."""
    with database.write() as db:  # what is to be forgotten is not copied once more
        expired = erase_expired(db, now=datetime.now(UTC))
    if expired:
        scrub(database)
    path = make_backup(database, folder, now=datetime.now(UTC))
    rotate(folder, n_hourly=n_hourly)
    return path


def go_on(database: Database, folder: Path, *, every_s: float, n_hourly: int) -> None:
    """Backups until whoever started us is gone; one that fails is tried again."""
    # Like Ctrl-C, so that the backup being made is cleared away.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    parent = os.getppid()
    due = time.monotonic()
    while os.getppid() == parent:
        if time.monotonic() >= due:
            due = time.monotonic() + every_s
            try:
                backup_once(database, folder, n_hourly=n_hourly)
            except BackupError as error:
                logger.critical("%s", error)
        time.sleep(LOOK_EVERY_S)
