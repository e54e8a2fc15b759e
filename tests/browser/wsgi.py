"""The application for a server process of its own, by environment variable."""

import os
from pathlib import Path

from flask import Flask

from study_server import create_app
from study_server.config import ServerConfig


def make_app() -> Flask:
    """The application on the data folder named by ACCENTUATE_TEST_DATA."""
    return create_app(ServerConfig(data_dir=Path(os.environ["ACCENTUATE_TEST_DATA"])))
