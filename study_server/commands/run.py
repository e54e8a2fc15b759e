"""`study-server run`: serve participants and researchers until told to stop."""

import argparse
import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from study_server import create_app
from study_server.commands.address import Address
from study_server.commands.backup import add_keep_option, check_intervals
from study_server.commands.options import (
    DATABASE_VARIABLE,
    add_command,
    add_data_options,
    open_database,
    server_config,
)
from study_server.config import ServerConfig
from study_server.db import Database
from study_server.dialects import careless_settings, is_sqlite
from study_server.errors import StudyServerError
from study_server.services.retention import erase_expired
from study_server.services.setup import make_setup_link, needs_setup

if TYPE_CHECKING:
    from study_server.commands.options import Commands

KEEP_ALIVE_S = 75
"""Longer than a browser waits before it reuses a connection."""
SWITCH_S = 0.0005
GRACEFUL_STOP_S = 8
"""Open requests are finished for so long after SIGTERM."""


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "run",
        run_command,
        purpose="Serve participants (/s/STUDY_ID/) and researchers (/admin).",
        example="study-server run --data data --host 127.0.0.1 --port 8000",
    )
    parser.add_argument("--host", default="127.0.0.1", help="default: %(default)s")
    parser.add_argument(
        "--port", type=int, default=8000, help="default: %(default)s; 0: any free one"
    )
    parser.add_argument(
        "--threads",
        type=int,
        default=12,
        help="requests at a time in each process (%(default)s)",
    )
    parser.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help="processes (default: on PostgreSQL one for each processor and one more; "
        "on SQLite, which has one writer, 2 where there is more than one processor)",
    )
    parser.add_argument(
        "--https",
        action="store_true",
        help="participants come over HTTPS, through a proxy: mark cookies Secure",
    )
    parser.add_argument(
        "--backups", type=Path, metavar="DIR", help="write backups into this folder"
    )
    parser.add_argument(
        "--backup-every",
        type=float,
        default=15,
        metavar="MIN",
        help="minutes from one backup to the next (%(default)s)",
    )
    add_keep_option(parser)
    parser.add_argument(
        "--alarm",
        metavar="COMMAND",
        help="shell command that gets trouble with disk or database on its input, like "
        "'mail -s \"Study server\" ada@example.org'",
    )
    add_data_options(parser)


def run_command(options: argparse.Namespace) -> None:
    """Check the data folder and serve; SIGTERM and Ctrl-C end it cleanly."""
    config = replace(
        server_config(options, has_https=options.https),
        alarm=options.alarm,
        backups_dir=options.backups,
    )
    if options.threads < 1:
        raise StudyServerError(f"threads must be at least 1; got {options.threads}")
    check_intervals(options.backup_every, options.keep)
    with Address(options.host, options.port) as address:
        with open_database(config) as database:  # a fault shows before anyone is served
            n_workers = choose_workers(options.workers, database)
            warn_of_careless_settings(database)
            setup_path = tidy_up(database)
        settings = settings_for(
            address,
            n_threads=options.threads,
            n_workers=n_workers,
            announce=partial(print_address, address, setup_path),
        )
        with backups_beside(options, config):
            StudyServer(config, settings).run()


def tidy_up(database: Database) -> str | None:
    """Erase what is to be kept no longer; the set-up link while there is no owner."""
    at = datetime.now(UTC)
    with database.write() as db:
        erase_expired(db, now=at)
        return make_setup_link(db, now=at) if needs_setup(db) else None


def choose_workers(wanted: int | None, database: Database) -> int:
    """How many processes serve.

    Raises:
        StudyServerError: fewer than 1 are asked for.
    """
    if wanted is None:
        n_processors = os.cpu_count() or 1
        return min(n_processors, 2) if is_sqlite(database.engine) else n_processors + 1
    if wanted < 1:
        raise StudyServerError(f"workers must be at least 1; got {wanted}")
    return wanted


def warn_of_careless_settings(database: Database) -> None:
    """Say what the administrator of PostgreSQL should change."""
    with database.engine.connect() as connection:
        for setting in careless_settings(connection):
            print(
                f"study-server: PostgreSQL runs with {setting}: a power cut takes "
                "answers that participants were told are stored; set it to on",
                file=sys.stderr,
            )


@contextmanager
def backups_beside(options: argparse.Namespace, config: ServerConfig) -> Iterator[None]:
    """`study-server backup` in a process of its own, as long as the server runs."""
    if options.backups is None:
        yield
        return
    command = [sys.executable, "-m", "study_server", "backup"]
    command += ["--to", str(options.backups), "--every", str(options.backup_every)]
    command += ["--keep", str(options.keep), "--data", str(config.data_dir)]
    variables = dict(os.environ)
    if config.database_url is not None:  # not among the arguments: it has a password
        variables[DATABASE_VARIABLE] = config.database_url
    process = subprocess.Popen(command, env=variables)
    owner = os.getpid()
    try:
        yield
    finally:
        if os.getpid() == owner:  # the server's workers pass here too when they end
            process.terminate()


def settings_for(
    address: Address,
    *,
    n_threads: int,
    n_workers: int = 1,
    announce: Callable[[], None],
) -> dict[str, Any]:
    """How gunicorn is to serve.

    Args:
        announce: says where, once the first process is there.
    """
    return {
        "bind": address.bind,
        "reuse_port": True,
        "workers": n_workers,
        "worker_class": "gthread",
        "threads": n_threads,
        "keepalive": KEEP_ALIVE_S,
        "graceful_timeout": GRACEFUL_STOP_S,
        "post_worker_init": partial(begin_serving, announce),
        "control_socket_disable": True,
        "loglevel": "warning",
    }


def begin_serving(announce: Callable[[], None], worker: Any) -> None:
    """Called in each process before its first request."""
    share_the_interpreter()
    if worker.age == 1:
        announce()


def share_the_interpreter() -> None:
    """Let the thread that writes have the interpreter back soon.

    It gives it away at every statement. Where the others may keep it for 5 ms each, as
    is Python's default, all wait the longer for the one that holds the database. What
    was loaded before the first request is no garbage, and need not be looked at.
    """
    sys.setswitchinterval(SWITCH_S)
    gc.collect()
    gc.freeze()


def print_address(address: Address, setup_path: str | None) -> None:
    """Tell people, and programs that started us, where we are.

    Args:
        setup_path: how the first owner gets an account; None: there is one.
    """
    print(f"Serving on {address.url} (researchers: /admin)", flush=True)
    if setup_path is not None:
        print(f"No owner yet: open {setup_path} there once, within a day", flush=True)


class StudyServer(BaseApplication):  # type: ignore[misc]
    """Our application, handed to gunicorn with our settings and no others."""

    def __init__(self, config: ServerConfig, settings: dict[str, Any]) -> None:
        self._config = config
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._settings.items():
            if name in self.cfg.settings:  # older versions have no control socket
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """Called in each process that serves."""
        app = create_app(self._config)
        app.extensions["landings"].keep_writing(app.extensions["database"])
        return app
