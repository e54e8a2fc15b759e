"""What the views of the running application reach for. Needs an application context."""

from collections.abc import Callable
from datetime import datetime

from flask import Flask, current_app

from study_server.config import ServerConfig
from study_server.db import Database
from study_server.services.landings import Landings
from study_server.trouble import Watch


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


def landings() -> Landings:
    """What this process has counted of people on first pages."""
    found: Landings = current_app.extensions["landings"]
    return found


def make_app(config: ServerConfig) -> Flask:
    """Another application like this one, for a sandbox."""
    make: Callable[[ServerConfig], Flask] = current_app.extensions["make_app"]
    return make(config)


def now() -> datetime:
    """The server's clock, in UTC: the only place where views read it."""
    clock: Callable[[], datetime] = current_app.extensions["clock"]
    return clock()
