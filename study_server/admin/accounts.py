"""Login with name and password, logout, and the researcher's own password."""

import hmac
import math

from flask import g, redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from study_server.admin.access import me, note_act, remember_login
from study_server.admin.blueprint import admin
from study_server.current import config, database, now
from study_server.errors import AccountError
from study_server.models import Researcher
from study_server.services.audit_log import note
from study_server.services.logins import (
    begin_login,
    count_logins,
    end_login,
    end_logins,
    renew_login,
)
from study_server.services.researchers import (
    authenticate,
    change_password,
    record_login,
)
from study_server.services.throttle import admit, forgive

LoginAnswer = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]


def throttle_keys(account: str) -> tuple[str, str]:
    """What failures count under; the address is unknown to who reads the database."""
    address = f"address {request.remote_addr}"
    hidden = hmac.digest(config().secret_key().encode(), address.encode(), "sha256")
    return f"account {account[:200].casefold()}", hidden.hex()


def seconds_to_wait(keys: tuple[str, str]) -> int:
    """Count an attempt as failed until `forgive`, or say how long to wait."""
    with database().write() as db:
        return math.ceil(admit(db, *keys, now=now()))


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
    keys = throttle_keys(name)
    if wait_s := seconds_to_wait(keys):
        page = render_template("admin/login.html", name=name, wait_s=wait_s)
        return page, 429, {"Retry-After": str(wait_s)}
    with database().read() as db:
        researcher = authenticate(db, name, request.form.get("password", ""))
    if researcher is None:
        return render_template("admin/login.html", name=name, is_wrong=True), 401
    with database().write() as db:
        forgive(db, *keys)
        record_login(db, name, at=now())
        token = begin_login(db, researcher, at=now())
        note(db, "login", actor=researcher.name, done_at=now())
    remember_login(token)
    return redirect(url_for("admin.studies"), 303)


@admin.post("/logout")
def logout() -> Response:
    """Forget the login, here and in the browser."""
    with database().write() as db:
        end_login(db, me().token)
        note_act(db, "logout")
    cookie.clear()
    return redirect(url_for("admin.login"), 303)


@admin.get("/account")
def account() -> str:
    """One's own account."""
    with database().read() as db:
        n_logins = count_logins(db, me().researcher_id, at=now())
    return render_template("admin/account.html", n_logins=n_logins)


@admin.post("/account/logins/end")
def end_other_logins() -> Response:
    """Log all other browsers out."""
    with database().write() as db:
        n_ended = end_logins(db, me().researcher_id, but=me().token)
        note_act(db, "account.end_logins", n_ended=n_ended)
    return redirect(url_for("admin.account"), 303)


@admin.get("/password")
def password() -> str:
    """The form to change one's password."""
    return render_template("admin/password.html")


@admin.post("/password")
def set_password() -> str | Response | LoginAnswer:
    """Change one's password; every other login of the account ends."""
    new = request.form.get("new", "")
    if new != request.form.get("repeated", ""):
        return refuse_password("The two new passwords differ.")
    keys = throttle_keys(f"password of {me().name}")
    if wait_s := seconds_to_wait(keys):
        return refuse_password(f"Please wait {wait_s} seconds before the next try.")
    with database().write() as db:
        researcher = db.get_one(Researcher, me().researcher_id)
        current = request.form.get("current", "")
        try:
            change_password(researcher, current=current, new=new)
        except AccountError as error:
            return refuse_password(str(error))
        forgive(db, *keys)
        token = renew_login(db, me().token, researcher, at=now())
        end_logins(db, researcher.id, but=token)
        note_act(db, "account.password")
    remember_login(token)
    return redirect(url_for("admin.studies"), 303)


def refuse_password(reason: str) -> tuple[str, int]:
    """The form again, with the reason."""
    return render_template("admin/password.html", reason=reason), 422
