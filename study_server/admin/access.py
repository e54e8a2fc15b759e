"""Who may see the researchers' pages: whoever has logged in, and has the role."""

from typing import Any, cast

from flask import Response, abort, g, redirect, render_template, request, url_for
from flask import session as cookie
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from study_server.admin.blueprint import admin
from study_server.admin.permissions import (
    ANYONE,
    HALF_LOGGED_IN,
    UNFINISHED_ACCOUNT,
    may_open,
)
from study_server.current import database, now
from study_server.errors import StudyNotFoundError
from study_server.services.audit_log import Detail, note
from study_server.services.logins import LoggedIn, find_login, note_seen

LOGIN = "login"
"""Key of the login's secret in the signed cookie."""


def remember_login(token: str) -> None:
    """Begin a new cookie session, so that an older one is of no use to anyone."""
    cookie.clear()
    cookie[LOGIN] = token


def current_login() -> LoggedIn | None:
    """Who is logged in, or None; every request puts off the idle limit."""
    token = cookie.get(LOGIN, "")
    if not token:
        return None
    with database().read() as db:
        login = find_login(db, token, at=now())
    if login is not None and login.is_due:
        with database().write() as db:
            note_seen(db, token, at=now())
    return login


def me() -> LoggedIn:
    """The researcher behind this request, who has logged in."""
    return cast(LoggedIn, g.login)


def note_act(
    db: Session, action: str, *, study_id: str | None = None, **details: Detail
) -> None:
    """Write into the audit log what this request does."""
    note(
        db,
        action,
        actor=me().name,
        done_at=now(),
        study_id=study_id,
        details=details,
    )


@admin.before_request
def require_login() -> AnyResponse | None:
    """Send strangers to the login, and who must do something first to that."""
    g.login = current_login()
    endpoint = (request.endpoint or "").removeprefix("admin.")
    if endpoint in ANYONE:
        return None
    if g.login is None:
        return redirect(url_for("admin.login"), 303)
    if not g.login.is_whole:
        return _unless(endpoint in HALF_LOGGED_IN, "admin.second_factor")
    if g.login.must_change_password:
        return _unless(endpoint in UNFINISHED_ACCOUNT, "admin.password")
    if g.login.must_add_authenticator:
        return _unless(endpoint in UNFINISHED_ACCOUNT, "admin.authenticator")
    if not may_open(g.login.role, endpoint):
        abort(403, "Your role does not allow this; an owner can change it.")
    return None


def _unless(is_allowed: bool, endpoint: str) -> AnyResponse | None:
    return None if is_allowed else redirect(url_for(endpoint), 303)


@admin.context_processor
def tell_what_is_allowed() -> dict[str, Any]:
    """Pages show no way to what the role does not allow."""
    login = g.get("login")
    return {
        "may": lambda endpoint: login is not None and may_open(login.role, endpoint)
    }


@admin.after_request
def keep_private(response: Response) -> Response:
    """No copy of a researcher's page stays in a cache."""
    response.headers["Cache-Control"] = "no-store"
    return response


@admin.errorhandler(CSRFError)
def refuse_foreign_form(_error: CSRFError) -> tuple[str, int]:
    """A form that is not ours, or is older than the login."""
    g.setdefault("login", None)
    return page_of_error(
        "This form is out of date",
        "Nothing was changed. Please go back, reload the page and try again.",
        400,
    )


@admin.errorhandler(StudyNotFoundError)
def tell_of_missing_study(_error: StudyNotFoundError) -> tuple[str, int]:
    """An address with the name of no study."""
    return page_of_error(
        "There is no such study", "The list of studies shows all there are.", 404
    )


@admin.errorhandler(HTTPException)
def tell_of_refusal(error: HTTPException) -> tuple[str, int]:
    """Anything else that Flask refuses; what failed is in the server's log."""
    g.setdefault("login", None)
    return page_of_error(error.name, error.description or "", error.code or 500)


def page_of_error(heading: str, advice: str, status: int) -> tuple[str, int]:
    """A page that says what went wrong and what to do."""
    page = render_template("admin/error.html", heading=heading, advice=advice)
    return page, status
