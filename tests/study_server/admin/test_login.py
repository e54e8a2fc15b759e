"""Only researchers get in, and guessing does not help."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from study_server.db import Database
from study_server.models import Login
from study_server.services.logins import IDLE_LIMIT, LOGIN_LIMIT
from study_server.services.researchers import add_researcher, reset_password
from tests.study_server.admin.accounts import PASSWORD
from tests.study_server.admin.conftest import csrf_token, log_in, submit
from tests.study_server.rows import MORNING

NEW = "a password of my own"


@pytest.fixture
def one_time(database: Database) -> str:
    """Bob's one-time password."""
    with database.write() as db:
        return add_researcher(db, "bob", created_at=MORNING)


@pytest.mark.parametrize(
    "path",
    [
        "/admin/",
        "/admin/password",
        "/admin/studies/demo",
        "/admin/studies/demo/status/paused",
        "/admin/studies/demo/export.zip",
    ],
)
def test_a_stranger_is_sent_to_the_login(stranger: FlaskClient, path: str) -> None:
    answer = stranger.get(path)

    assert answer.status_code == 303
    assert answer.location == "/admin/login"


def test_name_and_password_lead_to_the_studies(stranger: FlaskClient) -> None:
    assert log_in(stranger, "ada", PASSWORD) == 303

    assert "A study of pictures" in stranger.get("/admin/").text


@pytest.mark.parametrize(("name", "password"), [("ada", "wrong"), ("eve", PASSWORD)])
def test_a_wrong_name_and_a_wrong_password_are_answered_alike(
    stranger: FlaskClient, name: str, password: str
) -> None:
    token = csrf_token(stranger, "/admin/login")

    answer = stranger.post(
        "/admin/login",
        data={"csrf_token": token, "name": name, "password": password},
    )

    assert answer.status_code == 401
    assert "Name or password is not right." in answer.text
    assert password not in answer.text


def test_guessing_is_slowed_down_even_with_the_right_password(
    stranger: FlaskClient,
) -> None:
    for _ in range(5):
        assert log_in(stranger, "ada", "a wrong guess") == 401

    assert log_in(stranger, "ada", PASSWORD) == 429


def test_the_cookie_changes_at_login(stranger: FlaskClient) -> None:
    before = csrf_token(stranger, "/admin/login")
    planted = stranger.get_cookie("researcher", path="/admin")

    log_in(stranger, "ada", PASSWORD)

    after = stranger.get_cookie("researcher", path="/admin")
    assert planted is not None
    assert after is not None
    assert after.value != planted.value
    assert csrf_token(stranger, "/admin/") != before


def test_scripts_and_other_sites_do_not_get_the_cookie(stranger: FlaskClient) -> None:
    header = stranger.get("/admin/login").headers["Set-Cookie"]

    assert "HttpOnly" in header
    assert "SameSite=Lax" in header


def test_a_one_time_password_must_be_changed_first(
    stranger: FlaskClient, one_time: str
) -> None:
    log_in(stranger, "bob", one_time)

    assert stranger.get("/admin/studies/demo").location == "/admin/password"
    assert stranger.get("/admin/studies/demo/export.zip").status_code == 303

    changed = submit(
        stranger, "/admin/password", current=one_time, new=NEW, repeated=NEW
    )
    assert changed == 303
    assert stranger.get("/admin/studies/demo").status_code == 200


def test_a_one_time_password_serves_once(
    app: Flask, stranger: FlaskClient, one_time: str
) -> None:
    log_in(stranger, "bob", one_time)
    submit(stranger, "/admin/password", current=one_time, new=NEW, repeated=NEW)

    assert log_in(app.test_client(), "bob", one_time) == 401


@pytest.mark.parametrize(
    ("current", "new", "repeated"),
    [
        ("not it", NEW, NEW),
        (PASSWORD, NEW, "something else entirely"),
        (PASSWORD, "short", "short"),
    ],
)
def test_a_bad_password_change_is_refused(
    ada: FlaskClient, current: str, new: str, repeated: str
) -> None:
    status = submit(ada, "/admin/password", current=current, new=new, repeated=repeated)

    assert status == 422


def test_a_reset_ends_logins_that_are_open(
    ada: FlaskClient, database: Database
) -> None:
    with database.write() as db:
        reset_password(db, "ada")

    assert ada.get("/admin/").location == "/admin/login"


def test_a_changed_password_ends_the_other_logins(app: Flask, ada: FlaskClient) -> None:
    elsewhere = app.test_client()
    log_in(elsewhere, "ada", PASSWORD)

    submit(ada, "/admin/password", current=PASSWORD, new=NEW, repeated=NEW)

    assert ada.get("/admin/").status_code == 200
    assert elsewhere.get("/admin/").status_code == 303


def test_logging_out_ends_the_login(ada: FlaskClient) -> None:
    assert submit(ada, "/admin/logout", page="/admin/") == 303

    assert ada.get("/admin/").location == "/admin/login"


@pytest.mark.parametrize(
    ("fact", "age"), [("seen_at", IDLE_LIMIT), ("began_at", LOGIN_LIMIT)]
)
def test_a_login_ends_by_itself(
    ada: FlaskClient, database: Database, fact: str, age: timedelta
) -> None:
    """8.3"""
    with database.write() as db:
        (login,) = db.scalars(select(Login))
        setattr(login, fact, datetime.now(UTC) - age - timedelta(seconds=5))

    assert ada.get("/admin/").status_code == 303


@pytest.mark.parametrize(
    "path",
    [
        "/admin/login",
        "/admin/logout",
        "/admin/password",
        "/admin/studies/demo/status/closed",
    ],
)
def test_a_form_without_its_token_changes_nothing(ada: FlaskClient, path: str) -> None:
    answer = ada.post(path, data={"name": "ada"})

    assert answer.status_code == 400
    assert "Nothing was changed" in answer.text


def test_pages_of_researchers_are_not_kept_in_caches(ada: FlaskClient) -> None:
    assert ada.get("/admin/").headers["Cache-Control"] == "no-store"


def test_no_page_has_an_inline_script_or_style(ada: FlaskClient) -> None:
    for path in ("/admin/", "/admin/password", "/admin/studies/demo"):
        page = ada.get(path).text
        assert not re.search(r"<script|<style| style=| on\w+=", page)
