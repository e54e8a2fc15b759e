"""Who may see the researchers' pages: whoever has logged in, and not too long ago."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from flask import Response, g, redirect, render_template, request, url_for
from flask import session as cookie
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from study_server.admin.blueprint import admin
from study_server.current import database
from study_server.errors import StudyNotFoundError
from study_server.models import Researcher
from study_server.services.researchers import login_mark

IDLE_LIMIT = timedelta(minutes=30)
LOGIN_LIMIT = timedelta(hours=12)

WITHOUT_LOGIN = {"admin.login", "admin.log_in"}
WITH_ONE_TIME_PASSWORD = {"admin.password", "admin.set_password", "admin.logout"}


class LoggedIn(NamedTuple):
    """The researcher behind a request."""

    researcher_id: int
    name: str
    must_change_password: bool


def remember_login(researcher: Researcher, *, at: datetime) -> None:
    """Begin a new cookie session, so that an older one is of no use to anyone."""
    cookie.clear()
    cookie["researcher_id"] = researcher.id
    cookie["login_mark"] = login_mark(researcher)
    cookie["logged_in_at"] = cookie["seen_at"] = at.timestamp()


def current_login(*, at: datetime) -> LoggedIn | None:
    """Who is logged in, or None; every request puts off the idle limit."""
    seen_at, logged_in_at = cookie.get("seen_at", 0), cookie.get("logged_in_at", 0)
    if at.timestamp() - seen_at > IDLE_LIMIT.total_seconds():
        return None
    if at.timestamp() - logged_in_at > LOGIN_LIMIT.total_seconds():
        return None
    with database().read() as db:
        researcher = db.get(Researcher, cookie.get("researcher_id"))
        if researcher is None or login_mark(researcher) != cookie.get("login_mark"):
            return None
        cookie["seen_at"] = at.timestamp()
        return LoggedIn(
            researcher.id, researcher.name, researcher.has_one_time_password
        )


@admin.before_request
def require_login() -> AnyResponse | None:
    """Send strangers to the login, one-time passwords to their change."""
    g.login = current_login(at=datetime.now(UTC))
    if request.endpoint in WITHOUT_LOGIN:
        return None
    if g.login is None:
        return redirect(url_for("admin.login"), 303)
    if g.login.must_change_password and request.endpoint not in WITH_ONE_TIME_PASSWORD:
        return redirect(url_for("admin.password"), 303)
    return None


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
