"""Set-up, second factor, recovery codes and roles in the panel."""

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from study_server.config import ServerConfig
from study_server.db import Database
from study_server.models import AuditEntry, Login, RecoveryCode, Researcher, Role
from study_server.services.logins import begin_login
from study_server.services.second_factor import new_recovery_codes
from study_server.services.setup import make_setup_link, needs_setup
from tests.study_server.admin.accounts import (
    PASSWORD,
    add_account,
    code_of,
    give_login,
)
from tests.study_server.admin.conftest import log_in, submit


@pytest.fixture
def config(app: Flask) -> ServerConfig:
    """The application's configuration."""
    found = app.extensions["server_config"]
    assert isinstance(found, ServerConfig)
    return found


@pytest.fixture
def owner(database: Database) -> None:
    """Olga, an owner with an authenticator."""
    with database.write() as db:
        add_account(db, "olga", Role.OWNER, has_factor=True)


def now_s() -> float:
    return datetime.now(UTC).timestamp()


def test_the_setup_link_makes_one_owner_and_no_more(
    stranger: FlaskClient, database: Database
) -> None:
    """8.1: no default account."""
    with database.write() as db:
        link = make_setup_link(db, now=datetime.now(UTC))
    fields = {"new": PASSWORD, "repeated": PASSWORD}

    assert submit(stranger, link, name="olga", **fields) == 303
    assert stranger.get("/admin/").location == "/admin/account/authenticator"
    assert stranger.get(link).status_code == 404
    with database.read() as db:
        assert not needs_setup(db)
        assert db.scalars(select(AuditEntry.action)).all() == ["setup"]


def test_looking_at_the_setup_link_uses_nothing_up(
    stranger: FlaskClient, database: Database
) -> None:
    with database.write() as db:
        link = make_setup_link(db, now=datetime.now(UTC))

    assert [stranger.get(link).status_code for _ in range(2)] == [200, 200]


def test_an_owner_must_add_an_authenticator(
    stranger: FlaskClient, database: Database, config: ServerConfig
) -> None:
    """8.2"""
    with database.write() as db:
        add_account(db, "olga", Role.OWNER)
    log_in(stranger, "olga", PASSWORD)
    page = stranger.get("/admin/account/authenticator").text
    with stranger.session_transaction("/admin/") as cookie:
        salt = cookie["new_salt"]

    wrong = submit(stranger, "/admin/account/authenticator", code="000000")
    code = code_of(config, at_s=now_s(), salt=salt)
    right = submit(stranger, "/admin/account/authenticator", code=code)

    assert "<svg" in page
    assert (wrong, right) == (422, 200)
    assert stranger.get("/admin/").status_code == 200


@pytest.mark.usefixtures("owner")
def test_the_password_alone_opens_nothing_of_an_account_with_a_second_factor(
    stranger: FlaskClient,
) -> None:
    """8.2"""
    assert log_in(stranger, "olga", PASSWORD) == 303

    for path in ("/admin/", "/admin/people", "/admin/password", "/admin/account"):
        assert stranger.get(path).location == "/admin/login/code"


@pytest.mark.usefixtures("owner")
def test_a_code_opens_the_panel_once(app: Flask, config: ServerConfig) -> None:
    """8.2: no step used twice."""
    code = code_of(config, at_s=now_s())
    answers = []
    for _ in range(2):
        client = app.test_client()
        log_in(client, "olga", PASSWORD)
        answers.append(submit(client, "/admin/login/code", code=code))

    assert answers == [303, 401]


@pytest.mark.usefixtures("owner")
def test_a_recovery_code_serves_once(app: Flask, database: Database) -> None:
    """8.2"""
    with database.write() as db:
        researcher = db.scalars(select(Researcher).filter_by(name="olga")).one()
        codes = new_recovery_codes(db, researcher)
    answers = []
    for _ in range(2):
        client = app.test_client()
        log_in(client, "olga", PASSWORD)
        answers.append(submit(client, "/admin/login/code", code=codes[0].upper()))

    assert answers == [303, 401]
    with database.read() as db:
        stored = db.scalars(select(RecoveryCode.code_sha256)).all()
    assert len(stored) == 9
    assert not set(stored) & set(codes)


@pytest.mark.usefixtures("owner")
def test_codes_cannot_be_guessed_at_leisure(stranger: FlaskClient) -> None:
    """8.3"""
    log_in(stranger, "olga", PASSWORD)

    guesses = [submit(stranger, "/admin/login/code", code="000000") for _ in range(6)]

    assert guesses == [401] * 5 + [429]


@pytest.mark.usefixtures("owner")
def test_the_secret_of_the_cookie_changes_with_the_second_factor(
    stranger: FlaskClient, config: ServerConfig
) -> None:
    """8.3"""
    log_in(stranger, "olga", PASSWORD)
    before = stranger.get_cookie("researcher", path="/admin")

    submit(stranger, "/admin/login/code", code=code_of(config, at_s=now_s()))

    after = stranger.get_cookie("researcher", path="/admin")
    assert before is not None
    assert after is not None
    assert before.value != after.value


def test_a_login_can_be_ended_from_another_browser(
    app: Flask, ada: FlaskClient
) -> None:
    """8.3: revocable on the server."""
    elsewhere = app.test_client()
    log_in(elsewhere, "ada", PASSWORD)

    submit(ada, "/admin/account/logins/end", page="/admin/account")

    assert ada.get("/admin/").status_code == 200
    assert elsewhere.get("/admin/").location == "/admin/login"


def test_the_database_holds_no_secret_of_a_login(
    ada: FlaskClient, database: Database
) -> None:
    with ada.session_transaction("/admin/") as cookie:
        token = cookie["login"]

    with database.read() as db:
        assert token not in db.scalars(select(Login.token_sha256)).all()


@pytest.mark.usefixtures("owner")
def test_an_owner_lets_people_in_and_out(
    stranger: FlaskClient, database: Database
) -> None:
    with database.write() as db:
        researcher = db.scalars(select(Researcher).filter_by(name="olga")).one()
        token = begin_login(db, researcher, at=datetime.now(UTC))
        for login in db.scalars(select(Login)):
            login.is_whole = True
    give_login(stranger, token)
    page = "/admin/people"

    assert submit(stranger, page, name="vic", role="viewer") == 200
    shown = re.findall(r"/admin/people/(\d+)/role", stranger.get(page).text)
    vic = max(int(number) for number in shown)
    assert submit(stranger, f"{page}/{vic}/role", page=page, role="analyst") == 303
    assert submit(stranger, f"{page}/{vic}/remove", page=page) == 303

    with database.read() as db:
        in_order = select(AuditEntry.action).order_by(AuditEntry.entry_index)
        actions = db.scalars(in_order).all()
        assert actions == ["people.add", "people.role", "people.remove"]
        assert db.scalar(select(Researcher).filter_by(name="vic")) is None


@pytest.mark.usefixtures("owner")
def test_the_last_owner_stays(stranger: FlaskClient, database: Database) -> None:
    with database.write() as db:
        researcher = db.scalars(select(Researcher).filter_by(name="olga")).one()
        token = begin_login(db, researcher, at=datetime.now(UTC))
        for login in db.scalars(select(Login)):
            login.is_whole = True
    give_login(stranger, token)
    page = "/admin/people"

    path = f"{page}/{researcher.id}/remove"
    assert submit(stranger, path, page=page) == 422
