"""A PostgreSQL server of our own: a folder, a socket, nobody else's data."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

DEBIAN = Path("/usr/lib/postgresql")
USER = "study"
FAST = ("fsync=off", "full_page_writes=off", "shared_buffers=32MB")
"""For tests that switch off no power."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PrivateServer:
    """A running server."""

    folder: Path
    process: "subprocess.Popen[bytes]"

    def url(self, name: str) -> str:
        """The address of one of its databases, as `--database` takes it."""
        return f"postgresql+psycopg://{USER}@/{name}?host={self.folder}"

    def run(self, statement: str, *, database: str = "postgres") -> None:
        """Run one statement outside a transaction."""
        with psycopg.connect(
            host=str(self.folder), user=USER, dbname=database, autocommit=True
        ) as connection:
            connection.execute(statement)

    def make(self, name: str) -> str:
        """A new database; returns its address."""
        self.run(f'CREATE DATABASE "{name}" TEMPLATE template0')
        return self.url(name)

    def disconnect_all(self, name: str) -> None:
        """End whatever is still connected to a database."""
        self.run(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            f"WHERE datname = '{name}'"
        )

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def find_program(name: str) -> Path | None:
    """A program of PostgreSQL: on the path, or where Debian keeps the newest."""
    if found := shutil.which(name):
        return Path(found)
    versions = sorted(DEBIAN.glob(f"*/bin/{name}"), key=lambda p: int(p.parts[-3]))
    return versions[-1] if versions else None


@contextmanager
def private_postgresql(settings: tuple[str, ...] = FAST) -> Iterator[PrivateServer]:
    """Make a cluster in a temporary folder and serve it on a socket there.

    The server refuses to run as root, so root hands it to the system's `postgres`.
    """
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # short: a socket's path
    who = _not_root(folder)
    try:
        _make_cluster(folder / "data", who)
        with _serving(folder, settings, who) as process:
            yield PrivateServer(folder=folder, process=process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _not_root(folder: Path) -> dict[str, Any]:
    """How subprocess is told whom to run as."""
    if os.getuid() != 0:
        return {}
    account = pwd.getpwnam("postgres")
    os.chown(folder, account.pw_uid, account.pw_gid)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _program(name: str) -> str:
    found = find_program(name)
    assert found is not None, f"no {name}: install Debian's package postgresql"
    return str(found)


def _make_cluster(data: Path, who: dict[str, Any]) -> None:
    options = ("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
    subprocess.run(
        [_program("initdb"), "--pgdata", str(data), "--username", USER, *options],
        check=True,
        capture_output=True,
        cwd="/",
        **who,
    )


@contextmanager
def _serving(
    folder: Path, settings: tuple[str, ...], who: dict[str, Any]
) -> Iterator["subprocess.Popen[bytes]"]:
    command = [_program("postgres"), "-D", str(folder / "data"), "-k", str(folder)]
    for setting in ("listen_addresses=", *settings):
        command += ["-c", setting]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", **who)
    try:
        _wait_until_ready(folder, process)
        yield process
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait(timeout=20)


def _wait_until_ready(folder: Path, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        assert process.poll() is None, (folder / "log").read_text()
        try:
            psycopg.connect(host=str(folder), user=USER, dbname="postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError((folder / "log").read_text())
