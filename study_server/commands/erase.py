"""`study-server erase`, `scrub` and `retention`: what is to be forgotten."""

import argparse
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from study_server.commands.options import (
    add_command,
    add_data_options,
    open_database,
    server_config,
)
from study_server.db import Database
from study_server.errors import ErasureError
from study_server.services.audit_log import COMMAND_LINE, note
from study_server.services.erasure import REASONS, erase_participant, scrub
from study_server.services.retention import RETENTION, erase_expired, find_expired

if TYPE_CHECKING:
    from study_server.commands.options import Commands


def add_parser(commands: "Commands") -> None:
    """Declare the commands."""
    parser = add_command(
        commands,
        "erase",
        run_erase,
        purpose="Erase one participant for good: rows, and the bytes they leave in the "
        "database's files. Older backups keep them until they are rotated away.",
        example="study-server erase demo 1f3a5c7e --reason asked --data data",
    )
    parser.add_argument("study_id", metavar="STUDY_ID")
    parser.add_argument("session", metavar="SESSION")
    parser.add_argument("--reason", choices=REASONS, required=True)
    add_data_options(parser)
    parser = add_command(
        commands,
        "scrub",
        run_scrub,
        purpose="Leave no byte of deleted rows in the database's files.",
        example="study-server scrub --data data",
    )
    add_data_options(parser)
    parser = add_command(
        commands,
        "retention",
        run_retention,
        purpose="Erase platform ids of studies that were closed long ago; `run` and "
        "`backup` do it by themselves after 90 days.",
        example="study-server retention --days 90 --data data",
    )
    parser.add_argument("--days", type=float, default=RETENTION.days, metavar="N")
    parser.add_argument(
        "--show", action="store_true", help="only tell what would be erased"
    )
    add_data_options(parser)


def run_erase(options: argparse.Namespace) -> None:
    """Erase, and scrub the files."""
    now = datetime.now(UTC)
    with open_database(server_config(options)) as database:
        with database.write() as db:
            erase_participant(
                db,
                options.study_id,
                options.session,
                reason=options.reason,
                erased_at=now,
            )
            note(
                db,
                "participant.erase",
                actor=COMMAND_LINE,
                done_at=now,
                study_id=options.study_id,
                details={"reason": options.reason},
            )
        scrub_or_tell(database)
    print(f"Erased one participant of {options.study_id}")


def run_scrub(options: argparse.Namespace) -> None:
    """Write the database's files anew."""
    with open_database(server_config(options)) as database:
        scrub_or_tell(database)
    print("No byte of a deleted row is left in the database's files")


def scrub_or_tell(database: Database) -> None:
    """Scrub.

    Raises:
        ErasureError: somebody kept reading.
    """
    if not scrub(database):
        raise ErasureError(
            "the rows are gone, but somebody reads for long and keeps their bytes in "
            "the write-ahead log; run `study-server scrub` once they are done"
        )


def run_retention(options: argparse.Namespace) -> None:
    """Erase what is due, or only tell."""
    now, days = datetime.now(UTC), timedelta(days=options.days)
    with open_database(server_config(options)) as database:
        with database.write() as db:
            look = find_expired if options.show else erase_expired
            found = look(db, now=now, retention=days)
        if found and not options.show:
            scrub_or_tell(database)
    verb = "would be erased" if options.show else "erased"
    for each in found:
        print(f"{each.study_id}: {each.n_identities} platform ids {verb}")
    if not found:
        print("Nothing is due")
