"""What several commands share: their options, and the way to the database."""

import argparse
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from study_server.config import ServerConfig
from study_server.db import Database
from study_server.errors import StudyServerError

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

DATA_VARIABLE = "STUDY_SERVER_DATA"
DATABASE_VARIABLE = "STUDY_SERVER_DATABASE"


def add_command(
    commands: "Commands",
    name: str,
    run_command: Callable[[argparse.Namespace], None],
    *,
    purpose: str,
    example: str,
) -> argparse.ArgumentParser:
    """A command with its purpose and an example in its help."""
    parser = commands.add_parser(
        name,
        help=purpose,
        description=purpose,
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run_command=run_command)
    return parser


def add_design_options(parser: argparse.ArgumentParser) -> None:
    """A study that is not stored yet: its definition, and its bundle."""
    parser.add_argument("definition", type=Path, metavar="STUDY.toml")
    parser.add_argument("bundle", type=Path, metavar="BUNDLE_DIR")


def add_data_options(
    parser: argparse.ArgumentParser, *, is_required: bool = True
) -> None:
    """Where the server keeps its things."""
    default = os.environ.get(DATA_VARIABLE)
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        default=default,
        required=is_required and not default,
        help=f"data folder of the server (or set {DATA_VARIABLE})",
    )
    parser.add_argument(
        "--database",
        metavar="URL",
        default=os.environ.get(DATABASE_VARIABLE),
        help="postgresql+psycopg://USER@HOST/NAME (or set "
        f"{DATABASE_VARIABLE}); by default SQLite inside the data folder",
    )


def server_config(
    options: argparse.Namespace, *, makes_folder: bool = False, has_https: bool = False
) -> ServerConfig:
    """The configuration the options ask for.

    Raises:
        StudyServerError: the data folder is missing and is not to be made.
    """
    folder = Path(options.data).resolve()
    if makes_folder:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StudyServerError(
                f"cannot make the data folder {folder}: {error.strerror}"
            ) from error
    elif not folder.is_dir():
        raise StudyServerError(
            f"there is no data folder {folder}; "
            "`study-server import BUNDLE_DIR --data DIR` makes one"
        )
    return ServerConfig(
        data_dir=folder, database_url=options.database, has_https=has_https
    )


@contextmanager
def open_database(
    config: ServerConfig, *, may_upgrade: bool = True
) -> Iterator[Database]:
    """The server's database with its tables; closed at the end.

    Args:
        may_upgrade: whether tables of an older version are brought forward. Commands
            that only look refuse them: an older server may be at work on them.

    Raises:
        StudyServerError: the database cannot be reached or used.
    """
    try:
        database = Database(config.resolved_database_url)
        try:
            database.prepare(may_upgrade=may_upgrade)
            yield database
        finally:
            database.close()
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise StudyServerError(
            f"the database {config.shown_database_url} cannot be used: {reason}"
        ) from error
