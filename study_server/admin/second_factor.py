"""The second factor: given at the login, added and renewed in the account."""

from flask import redirect, render_template, request, url_for
from flask import session as cookie
from markupsafe import Markup
from segno import make_qr
from werkzeug.wrappers import Response

from study_server.admin.access import me, note_act, remember_login
from study_server.admin.accounts import LoginAnswer, seconds_to_wait, throttle_keys
from study_server.admin.blueprint import admin
from study_server.current import config, database, now
from study_server.models import Researcher
from study_server.services.logins import end_logins, renew_login
from study_server.services.second_factor import (
    add_authenticator as take_up,
)
from study_server.services.second_factor import (
    is_second_factor,
    new_recovery_codes,
    new_salt,
)
from study_server.services.throttle import forgive
from study_server.services.totp import address_of, secret_from, typed_secret

NEW_SALT = "new_salt"
"""Key in the signed cookie of the authenticator that is being added."""


@admin.get("/login/code")
def second_factor() -> str | Response:
    """Ask for the authenticator's code."""
    if me().is_whole:
        return redirect(url_for("admin.studies"), 303)
    return render_template("admin/second_factor.html")


@admin.post("/login/code")
def give_second_factor() -> LoginAnswer:
    """Make the login whole; the browser gets a new secret."""
    if me().is_whole:
        return redirect(url_for("admin.studies"), 303)
    keys = throttle_keys(f"second factor of {me().name}")
    if wait_s := seconds_to_wait(keys):
        page = render_template("admin/second_factor.html", wait_s=wait_s)
        return page, 429, {"Retry-After": str(wait_s)}
    code, key = request.form.get("code", ""), config().secret_key()
    with database().write() as db:
        researcher = db.get_one(Researcher, me().researcher_id, with_for_update=True)
        if not is_second_factor(db, researcher, code, key=key, at=now()):
            return render_template("admin/second_factor.html", is_wrong=True), 401
        forgive(db, *keys)
        token = renew_login(db, me().token, researcher, at=now())
        note_act(db, "login.second_factor")
    remember_login(token)
    return redirect(url_for("admin.studies"), 303)


@admin.get("/account/authenticator")
def authenticator() -> str:
    """Show a new secret, as a picture and in letters."""
    cookie.setdefault(NEW_SALT, new_salt())
    return _authenticator_page(cookie[NEW_SALT])


@admin.post("/account/authenticator")
def add_authenticator() -> LoginAnswer:
    """Take it up with its first code; show the recovery codes, this once."""
    salt, code = cookie.get(NEW_SALT, ""), request.form.get("code", "")
    keys = throttle_keys(f"authenticator of {me().name}")
    if not salt or seconds_to_wait(keys):
        return redirect(url_for("admin.authenticator"), 303)
    with database().write() as db:
        researcher = db.get_one(Researcher, me().researcher_id)
        codes = take_up(db, researcher, salt, code, key=config().secret_key(), at=now())
        if codes is None:
            return _authenticator_page(salt, is_wrong=True), 422
        forgive(db, *keys)
        token = renew_login(db, me().token, researcher, at=now())
        end_logins(db, researcher.id, but=token)
        note_act(db, "account.authenticator")
    remember_login(token)
    return render_template("admin/recovery_codes.html", codes=codes)


@admin.post("/account/recovery-codes")
def renew_recovery_codes() -> LoginAnswer:
    """New recovery codes; the old ones are of no use any more."""
    if not me().has_authenticator:
        return redirect(url_for("admin.authenticator"), 303)
    with database().write() as db:
        researcher = db.get_one(Researcher, me().researcher_id)
        codes = new_recovery_codes(db, researcher)
        note_act(db, "account.recovery_codes")
    return render_template("admin/recovery_codes.html", codes=codes)


def _authenticator_page(salt: str, *, is_wrong: bool = False) -> str:
    secret = secret_from(config().secret_key(), salt)
    picture = make_qr(address_of(secret, name=me().name), error="m")
    letters = typed_secret(secret)
    return render_template(
        "admin/authenticator.html",
        picture=Markup(picture.svg_inline(scale=5, omitsize=True)),
        secret=" ".join(letters[i : i + 4] for i in range(0, len(letters), 4)),
        is_wrong=is_wrong,
    )
