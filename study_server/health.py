"""For whoever watches over the server: is the process alive, can it take people."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from study_server.current import database, watch
from study_server.migrations.upgrade import newest_revision
from study_server.trouble import RETRY_AFTER_S

health = Blueprint("health", __name__, url_prefix="/health")


@health.get("/live")
def live() -> ResponseReturnValue:
    """The process answers; nothing else is asked."""
    return jsonify(is_live=True)


@health.get("/ready")
def ready() -> ResponseReturnValue:
    """The database answers with the schema of this version, and there is room.

    What is wrong is told to the log and to researchers, not to the whole world.
    """
    with database().read() as db:
        revision = db.scalar(text("SELECT version_num FROM alembic_version"))
    is_ready = revision == newest_revision() and watch().trouble() is None
    answer = jsonify(is_ready=is_ready)
    if is_ready:
        return answer
    return answer, 503, {"Retry-After": str(RETRY_AFTER_S)}
