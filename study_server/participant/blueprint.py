"""The blueprint of the participant's pages, and the things its views reach for."""

import hmac
from collections.abc import Callable
from datetime import datetime
from random import SystemRandom

from flask import Blueprint, abort, current_app, request

from study_server.config import ServerConfig
from study_server.db import Database
from study_server.trouble import Watch

participant = Blueprint("participant", __name__, url_prefix="/s")


def database() -> Database:
    """The application's database."""
    found: Database = current_app.extensions["database"]
    return found


def config() -> ServerConfig:
    """The application's configuration."""
    found: ServerConfig = current_app.extensions["server_config"]
    return found


def watch() -> Watch:
    """What this process knows of trouble with disk and database."""
    found: Watch = current_app.extensions["watch"]
    return found


def now() -> datetime:
    """The server's clock, in UTC: the only place where views read it."""
    clock: Callable[[], datetime] = current_app.extensions["clock"]
    return clock()


def randomness() -> SystemRandom:
    """Where secrets and ids come from."""
    return SystemRandom()


def is_simulated() -> bool:
    """Whether the request shows the key of our own simulated participants.

    A wrong key is refused: whoever shows one is no person whose answers count.
    """
    shown = request.headers.get("X-Simulation-Key")
    if shown is None:
        return False
    if not hmac.compare_digest(shown.encode(), config().simulation_key().encode()):
        abort(403)
    return True
