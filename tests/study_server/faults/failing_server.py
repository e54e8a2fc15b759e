"""A server that dies, or drops its reply, after the transaction is committed.

python -m tests.study_server.faults.failing_server run --data FOLDER --port PORT
"""

import argparse
import os
import signal
import socket
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path
from typing import Any

from flask import Flask

from study_server.commands.address import Address
from study_server.commands.run import StudyServer, settings_for
from study_server.config import ServerConfig

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
KILL_EVERY, DROP_EVERY = "ACCENTUATE_TEST_KILL_EVERY", "ACCENTUATE_TEST_DROP_EVERY"
"""Environment variables: at every how many-th answer to a response it fails."""


class FailingServer(StudyServer):
    """Like the one that participants meet, until it fails."""

    def load(self) -> Flask:
        """The application, between which and the socket something goes wrong."""
        app = super().load()
        wrapped = failing(app.wsgi_app)
        app.wsgi_app = wrapped  # type: ignore[method-assign, assignment]
        return app


def failing(inner: Wsgi) -> Wsgi:
    """Do as told by the environment, once an answer is committed and not yet sent."""
    kill_every = int(os.environ.get(KILL_EVERY, "0"))
    drop_every = int(os.environ.get(DROP_EVERY, "0"))
    counter = count(1)

    def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        answer = inner(environ, start_response)
        if environ["PATH_INFO"].endswith("/api/responses"):
            n = next(counter)
            if kill_every and n % kill_every == 0:
                os.killpg(os.getpgrp(), signal.SIGKILL)
            if drop_every and n % drop_every == 0:
                environ["gunicorn.socket"].shutdown(socket.SHUT_RDWR)
        return answer

    return serve


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["run"])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    with Address("127.0.0.1", options.port) as address:
        settings = settings_for(address, n_threads=12, announce=lambda: None)
        FailingServer(ServerConfig(data_dir=options.data), settings).run()


if __name__ == "__main__":
    main()
