"""The blueprint that the researchers' pages hang on."""

from flask import Blueprint, current_app
from flask.blueprints import BlueprintSetupState

from study_server.admin.throttle import LoginThrottle
from study_server.config import ServerConfig
from study_server.db import Database
from study_server.trouble import Watch

admin = Blueprint("admin", __name__, url_prefix="/admin")


@admin.record_once
def _remember_failed_logins(state: BlueprintSetupState) -> None:
    state.app.extensions["login_throttle"] = LoginThrottle()


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


def login_throttle() -> LoginThrottle:
    """The running application's count of failed logins."""
    found = current_app.extensions["login_throttle"]
    assert isinstance(found, LoginThrottle)
    return found
