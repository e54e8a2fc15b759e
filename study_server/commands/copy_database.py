"""`study-server copy-database`: move everything to another database."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from study_server.commands.options import add_command, open_database
from study_server.config import ServerConfig
from study_server.errors import DatabaseError
from study_server.services.copying import copy_database

if TYPE_CHECKING:
    from study_server.commands.options import Commands


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "copy-database",
        run_command,
        purpose="Copy a whole database into an empty one, of either kind, and compare "
        "them row by row. Stop the server first: what is stored meanwhile stays "
        "behind.",
        example="study-server copy-database sqlite:///data/study.sqlite3 "
        "postgresql+psycopg://study@db.example.org/study",
    )
    parser.add_argument("source", metavar="FROM", help="address of the one to read")
    parser.add_argument("target", metavar="TO", help="address of an empty one")


def run_command(options: argparse.Namespace) -> None:
    """Copy, and print what each table holds."""
    source, target = (at_address(url) for url in (options.source, options.target))
    if source.resolved_database_url == target.resolved_database_url:
        raise DatabaseError("FROM and TO are one and the same database")
    with (
        open_database(source, may_upgrade=False) as read,
        open_database(target) as written,
    ):
        copied = copy_database(read, written)
    for table, found in copied.items():
        print(f"{table:<24}{found.n_rows:>10} rows  sha256 {found.sha256[:16]}")
    print(f"Copied to {target.shown_database_url}, and read back the same")


def at_address(url: str) -> ServerConfig:
    """A configuration of which only the database is used."""
    return ServerConfig(data_dir=Path(), database_url=url)
