"""`study-server run`: serve participants and researchers until told to stop."""

import argparse
import socket
from typing import TYPE_CHECKING, Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from study_server import create_app
from study_server.commands.options import (
    add_command,
    add_data_options,
    open_database,
    server_config,
)
from study_server.config import ServerConfig
from study_server.errors import StudyServerError

if TYPE_CHECKING:
    from study_server.commands.options import Commands

KEEP_ALIVE_S = 75
"""Longer than a browser waits before it reuses a connection."""
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
        "--threads", type=int, default=12, help="requests at a time (%(default)s)"
    )
    parser.add_argument(
        "--https",
        action="store_true",
        help="participants come over HTTPS, through a proxy: mark cookies Secure",
    )
    add_data_options(parser)


def run_command(options: argparse.Namespace) -> None:
    """Check the data folder and serve; SIGTERM and Ctrl-C end it cleanly."""
    config = server_config(options, has_https=options.https)
    check_address(options.host, options.port)
    if options.threads < 1:
        raise StudyServerError(f"threads must be at least 1; got {options.threads}")
    with open_database(config):
        pass  # a fault shows here, before anyone is served
    settings = settings_for(options.host, options.port, n_threads=options.threads)
    StudyServer(config, settings).run()


def settings_for(host: str, port: int, *, n_threads: int) -> dict[str, Any]:
    """How gunicorn is to serve."""
    return {
        "bind": f"{host}:{port}",
        "workers": 1,  # SQLite has one writer; threads share it without starving
        "worker_class": "gthread",
        "threads": n_threads,
        "keepalive": KEEP_ALIVE_S,
        "graceful_timeout": GRACEFUL_STOP_S,
        "when_ready": print_address,
        "control_socket_disable": True,
        "loglevel": "warning",
    }


def check_address(host: str, port: int) -> None:
    """Refuse an address that cannot be served on, in one line.

    Raises:
        StudyServerError: the port is taken or no port, or the host is not ours.
    """
    advice = "choose another with --host and --port (0: any free port)"
    if not 0 <= port <= 65_535:
        raise StudyServerError(f"there is no port {port}, only 0 to 65535; {advice}")
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        raise StudyServerError(
            f"cannot serve on {host}, port {port}: {error.strerror}; {advice}"
        ) from error


def print_address(arbiter: Any) -> None:
    """Tell people, and programs that started us, where we are."""
    host, port = arbiter.LISTENERS[0].sock.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    print(f"Serving on http://{shown}:{port} (researchers: /admin)", flush=True)


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
        return create_app(self._config)
