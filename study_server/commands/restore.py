"""`study-server restore` and `verify-backup`: whether a backup is good, and its use."""

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from study_server.commands.options import (
    add_command,
    add_data_options,
    open_database,
    server_config,
)
from study_server.db import Database
from study_server.errors import BackupError
from study_server.services.backups import (
    BackupFacts,
    check_chains,
    list_backups,
    restore,
    verify_backup,
)

if TYPE_CHECKING:
    from study_server.commands.options import Commands

WHICH = "a backup, or a folder of backups: then its newest"


def add_parser(commands: "Commands") -> None:
    """Declare both commands."""
    parser = add_command(
        commands,
        "restore",
        run_restore,
        purpose="Bring a backup into an empty database; with --verify into a scratch "
        "one, to see that it works.",
        example="study-server restore /var/backups/study --data data",
    )
    parser.add_argument("backup", type=Path, metavar="BACKUP", help=WHICH)
    parser.add_argument(
        "--verify", action="store_true", help="only try it; touch no data folder"
    )
    add_data_options(parser, is_required=False)
    parser = add_command(
        commands,
        "verify-backup",
        run_verify,
        purpose="Check a backup's checksum, integrity, rows and chains.",
        example="study-server verify-backup /var/backups/study",
    )
    parser.add_argument("backup", type=Path, metavar="BACKUP", help=WHICH)


def run_restore(options: argparse.Namespace) -> None:
    """Check the backup and restore it."""
    path = newest(options.backup)
    if options.verify:
        with tempfile.TemporaryDirectory(prefix="restored-") as scratch:
            database = Database(f"sqlite:///{scratch}/study.sqlite3")
            database.prepare()
            facts = restore(path, database)
            database.close()
        check_chains(path)
        print(f"{path}: can be restored; {told(facts)}")
        return
    if options.data is None:
        raise BackupError("--data is missing: into which data folder? (or --verify)")
    config = server_config(options, makes_folder=True)
    with open_database(config) as database:
        facts = restore(path, database)
    print(f"Restored {path} to {config.shown_database_url}; {told(facts)}")


def run_verify(options: argparse.Namespace) -> None:
    """Check the backup."""
    path = newest(options.backup)
    facts = verify_backup(path)
    check_chains(path)
    print(f"{path}: sound; {told(facts)}")


def newest(path: Path) -> Path:
    """The backup meant.

    Raises:
        BackupError: there is none.
    """
    if not path.is_dir():
        return path
    if not (found := list_backups(path)):
        raise BackupError(f"there is no backup in {path}")
    return found[-1]


def told(facts: BackupFacts) -> str:
    """What is in it, in a line."""
    n_rows = sum(facts.n_rows.values())
    n_responses = facts.n_rows.get("response", 0)
    return f"made {facts.made_at}, {n_rows} rows, {n_responses} of them responses"
