"""The blueprint that the researchers' pages hang on."""

from flask import Blueprint, current_app

from study_server.config import ServerConfig
from study_server.db import Database
from study_server.trouble import Watch

admin = Blueprint("admin", __name__, url_prefix="/admin")


def database() -> Database:
    """The database of the running application."""
    found = current_app.extensions["database"]
    assert isinstance(found, Database)
    return found


def config() -> ServerConfig:
    """The configuration of the running application."""
    found = current_app.extensions["server_config"]
    assert isinstance(found, ServerConfig)
    return found


@admin.context_processor
def tell_of_trouble() -> dict[str, str | None]:
    """Every page of a researcher says why nobody new is let in."""
    found = current_app.extensions["watch"]
    assert isinstance(found, Watch)
    return {"trouble": found.trouble()}
