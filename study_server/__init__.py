"""The server of the extrapolation study."""

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from study_server.admin import admin
from study_server.admin.uploads import allow_uploads
from study_server.api import api
from study_server.config import ServerConfig
from study_server.cookies import CookieByPath
from study_server.csrf import protect_forms
from study_server.db import Database
from study_server.error_pages import add_error_pages
from study_server.health import health
from study_server.hooks import hooks
from study_server.participant import participant
from study_server.preview import preview
from study_server.rate_limits import limit_requests
from study_server.security_headers import add_security_headers
from study_server.services.landings import Landings
from study_server.trouble import Watch


def utc_now() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


def create_app(
    config: ServerConfig, *, clock: Callable[[], datetime] = utc_now
) -> Flask:
    """The web application for one data folder; no state of its own that matters.

    Args:
        clock: what participants' pages take for the present moment.
    """
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=config.secret_key(),
        MAX_CONTENT_LENGTH=64 * 1024,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.has_https,
        WTF_CSRF_TIME_LIMIT=None,
        PREVIEW_LINK="Preview" if config.is_preview else "",
    )
    app.session_interface = CookieByPath()
    if config.has_https:  # the proxy tells who asks, and by which name and protocol
        app.wsgi_app = ProxyFix(app.wsgi_app, x_host=1)  # type: ignore[method-assign]
    watch = Watch(
        config.data_dir, min_free_bytes=config.min_free_bytes, alarm=config.alarm
    )
    database = Database(config.resolved_database_url, watch=watch)
    database.prepare()
    app.extensions["watch"] = watch
    app.extensions["server_config"] = config
    app.extensions["database"] = database
    app.extensions["clock"] = clock
    app.extensions["landings"] = Landings()
    app.extensions["make_app"] = create_app
    limit_requests(app)
    allow_uploads(app)
    protect_forms(app)
    add_security_headers(app, has_https=config.has_https)
    add_error_pages(app)
    app.register_blueprint(health)
    app.register_blueprint(participant)
    app.register_blueprint(hooks)
    if config.is_preview:
        app.register_blueprint(preview)
    app.register_blueprint(admin)
    app.register_blueprint(api)
    return app
