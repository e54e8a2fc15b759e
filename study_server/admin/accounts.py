"""Login, logout and the researcher's own password."""

import math
from datetime import UTC, datetime

from flask import g, redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from study_server.admin.access import remember_login
from study_server.admin.blueprint import admin
from study_server.current import database
from study_server.errors import AccountError
from study_server.models import Researcher
from study_server.services.researchers import (
    authenticate,
    change_password,
    record_login,
)
from study_server.services.throttle import admit, forgive

LoginAnswer = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]


@admin.get("/login")
def login() -> str | Response:
    """The login form."""
    if g.login is not None:
        return redirect(url_for("admin.studies"), 303)
    return render_template("admin/login.html")


@admin.post("/login")
def log_in() -> LoginAnswer:
    """Check name and password, slowly for whoever keeps failing."""
    name = request.form.get("name", "").strip()
    keys = f"account {name[:200].casefold()}", f"address {request.remote_addr}"
    now = datetime.now(UTC)
    with database().write() as db:
        wait_s = math.ceil(admit(db, *keys, now=now))
    if wait_s:
        page = render_template("admin/login.html", name=name, wait_s=wait_s)
        return page, 429, {"Retry-After": str(wait_s)}
    with database().read() as db:
        researcher = authenticate(db, name, request.form.get("password", ""))
        if researcher is None:
            return render_template("admin/login.html", name=name, is_wrong=True), 401
        remember_login(researcher, at=now)
    with database().write() as db:
        forgive(db, *keys)
        record_login(db, name, at=now)
    return redirect(url_for("admin.studies"), 303)


@admin.post("/logout")
def logout() -> Response:
    """Forget the login."""
    cookie.clear()
    return redirect(url_for("admin.login"), 303)


@admin.get("/password")
def password() -> str:
    """The form to change one's password."""
    return render_template("admin/password.html")


@admin.post("/password")
def set_password() -> str | Response | tuple[str, int]:
    """Change one's password; every other login of the account ends."""
    new = request.form.get("new", "")
    if new != request.form.get("repeated", ""):
        return refuse_password("The two new passwords differ.")
    with database().write() as db:
        researcher = db.get_one(Researcher, g.login.researcher_id)
        try:
            change_password(
                researcher, current=request.form.get("current", ""), new=new
            )
        except AccountError as error:
            return refuse_password(str(error))
        remember_login(researcher, at=datetime.now(UTC))
    return redirect(url_for("admin.studies"), 303)


def refuse_password(reason: str) -> tuple[str, int]:
    """The form again, with the reason."""
    return render_template("admin/password.html", reason=reason), 422
