"""The one-time link of the first start, and the people an owner lets in."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from study_server.admin.access import me, note_act, page_of_error, remember_login
from study_server.admin.accounts import throttle_keys
from study_server.admin.blueprint import admin
from study_server.current import database, now
from study_server.errors import AccountError
from study_server.models import Role
from study_server.services.audit_log import note
from study_server.services.logins import begin_login, end_logins
from study_server.services.researchers import (
    add_researcher,
    change_role,
    get_researcher,
    list_researchers,
    remove_researcher,
    reset_password,
)
from study_server.services.second_factor import remove_authenticator
from study_server.services.setup import is_setup_link, use_setup_link
from study_server.services.throttle import forgive

Answer = str | Response | tuple[str, int]


@admin.get("/setup/<token>")
def setup(token: str) -> Answer:
    """Ask the first owner for name and password; looking uses nothing up."""
    with database().read() as db:
        if not is_setup_link(db, token, now=now()):
            return _no_link()
    return render_template("admin/setup.html")


@admin.post("/setup/<token>")
def set_up(token: str) -> Answer:
    """Make the first owner's account and log in; the link is used up."""
    form = request.form
    name, password = form.get("name", "").strip(), form.get("new", "")
    with database().read() as db:
        if not is_setup_link(db, token, now=now()):
            return _no_link()
    if password != form.get("repeated", ""):
        reason = "The two passwords differ."
        return render_template("admin/setup.html", name=name, reason=reason), 422
    try:
        with database().write() as db:
            owner = use_setup_link(db, token, name=name, password=password, now=now())
            login = begin_login(db, owner, at=now())
            note(db, "setup", actor=owner.name, done_at=now())
    except AccountError as error:
        page = render_template("admin/setup.html", name=name, reason=str(error))
        return page, 422
    remember_login(login)
    return redirect(url_for("admin.studies"), 303)


@admin.get("/people")
def people() -> str:
    """Every account."""
    return _people_page()


@admin.post("/people")
def add_person() -> Answer:
    """Make an account; its one-time password is shown now and never again."""
    name = request.form.get("name", "").strip()
    try:
        role = Role(request.form.get("role", ""))
        with database().write() as db:
            password = add_researcher(db, name, created_at=now(), role=role)
            note_act(db, "people.add", name=name, role=role)
    except ValueError:
        return _people_page(fault="There is no such role."), 422
    except AccountError as error:
        return _people_page(fault=str(error)), 422
    return _people_page(made=(name, password))


@admin.post("/people/<int:researcher_id>/<act>")
def change_person(researcher_id: int, act: str) -> Answer:
    """Change what somebody may do, help with a lost password, or remove them."""
    made = None
    try:
        with database().write() as db:
            every = {each.id: each.name for each in list_researchers(db)}
            name = every.get(researcher_id, "")
            researcher = get_researcher(db, name)
            if act == "role":
                change_role(db, name, Role(request.form.get("role", "")))
            elif act == "reset":
                made = (name, reset_password(db, name))
                remove_authenticator(db, researcher)
                forgive(db, *throttle_keys(name))
            elif act == "logout":
                end_logins(db, researcher_id)
            elif act == "remove":
                remove_researcher(db, name)
            else:
                return page_of_error("There is no such act", "", 404)
            note_act(
                db, f"people.{act}", name=name, role=request.form.get("role", "")[:20]
            )
    except ValueError:
        return _people_page(fault="There is no such role."), 422
    except AccountError as error:
        return _people_page(fault=str(error)), 422
    if researcher_id == me().researcher_id and act != "logout":
        return redirect(url_for("admin.login"), 303)
    return _people_page(made=made) if made else redirect(url_for("admin.people"), 303)


def _people_page(*, fault: str = "", made: tuple[str, str] | None = None) -> str:
    with database().read() as db:
        return render_template(
            "admin/people.html",
            researchers=list_researchers(db),
            roles=list(Role),
            fault=fault,
            made=made,
        )


def _no_link() -> tuple[str, int]:
    return page_of_error(
        "This link leads nowhere",
        "It was used already, is older than a day, or there is an owner by now. On the "
        "server, `study-server setup-link` makes another as long as there is no owner.",
        404,
    )
