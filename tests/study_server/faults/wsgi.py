"""A server that dies, or drops its reply, after the transaction is committed."""

import os
import signal
import socket
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

from flask import Flask

from tests.browser.wsgi import make_app

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
KILL_EVERY, DROP_EVERY = "ACCENTUATE_TEST_KILL_EVERY", "ACCENTUATE_TEST_DROP_EVERY"


def make_faulty_app() -> Flask:
    """The application, which fails at every nth answer to a response."""
    app = make_app()
    kill_every = int(os.environ.get(KILL_EVERY, "0"))
    drop_every = int(os.environ.get(DROP_EVERY, "0"))
    inner: Wsgi = app.wsgi_app
    counter = count(1)

    def faulty(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        answer = inner(environ, start_response)  # committed, and not sent
        if environ["PATH_INFO"].endswith("/api/responses"):
            n = next(counter)
            if kill_every and n % kill_every == 0:
                os.killpg(os.getpgrp(), signal.SIGKILL)
            if drop_every and n % drop_every == 0:
                environ["gunicorn.socket"].shutdown(socket.SHUT_RDWR)
        return answer

    app.wsgi_app = faulty  # type: ignore[method-assign]
    return app
