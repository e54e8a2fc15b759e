"""Requests that another site, or another person, makes in somebody's name."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from study_server.models import Login, StudyStatus
from study_server.services.secrets import hash_token
from study_server.services.studies import get_study
from tests.study_server.admin.accounts import PASSWORD
from tests.study_server.admin.conftest import csrf_token, log_in
from tests.study_server.admin.panel import browser_of, database_of
from tests.study_server.participant.visitor import Visitor
from tests.study_server.study_fixture import STUDY_ID

PAUSE = f"/admin/studies/{STUDY_ID}/status/paused"


def is_open(app: Flask) -> bool:
    with database_of(app).read() as db:
        return get_study(db, STUDY_ID).status == StudyStatus.OPEN


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "CROSS-SITE"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost:81"},
    ],
    ids=str,
)
def test_another_sites_request_is_refused_even_with_the_token(
    app: Flask, owner: FlaskClient, headers: dict[str, str]
) -> None:
    """8.4"""
    token = csrf_token(owner, PAUSE)

    answer = owner.post(PAUSE, data={"csrf_token": token}, headers=headers)

    assert answer.status_code == 400
    assert is_open(app)


@pytest.mark.parametrize("token", [None, "", "x", "0" * 91])
def test_a_form_without_our_token_is_refused(
    app: Flask, owner: FlaskClient, token: str | None
) -> None:
    """8.4"""
    data = {} if token is None else {"csrf_token": token}

    assert owner.post(PAUSE, data=data).status_code == 400
    assert is_open(app)


def test_anothers_form_token_is_of_no_use(app: Flask, owner: FlaskClient) -> None:
    """8.4"""
    token = csrf_token(browser_of(app, "editor"), PAUSE)

    assert owner.post(PAUSE, data={"csrf_token": token}).status_code == 400


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {}),
        ("HEAD", {}),
        ("PUT", {}),
        ("DELETE", {}),
        ("GET", {"X-HTTP-Method-Override": "POST"}),
    ],
)
def test_only_a_post_changes_anything(
    app: Flask, owner: FlaskClient, method: str, headers: dict[str, str]
) -> None:
    owner.open(PAUSE, method=method, headers=headers)

    assert is_open(app)


def test_json_in_place_of_a_form_needs_the_token_too(
    app: Flask, owner: FlaskClient
) -> None:
    assert owner.post(PAUSE, json={"csrf_token": "x"}).status_code == 400
    assert is_open(app)


def test_a_cookie_planted_before_the_login_is_of_no_use_after_it(app: Flask) -> None:
    """8.3: session fixation."""
    evil, victim = app.test_client(), app.test_client()
    evil.get("/admin/login")
    planted = evil.get_cookie("researcher", path="/admin")
    assert planted is not None
    victim.set_cookie("researcher", planted.value, path="/admin")

    log_in(victim, "viewer", PASSWORD)

    assert evil.get("/admin/login/code").location == "/admin/login"


def test_a_cookie_kept_from_before_the_logout_is_of_no_use(app: Flask) -> None:
    """8.3: replay."""
    client = browser_of(app, "viewer")
    kept = client.get_cookie("researcher", path="/admin")
    assert kept is not None
    token = csrf_token(client, "/admin/")
    client.post("/admin/logout", data={"csrf_token": token})

    thief = app.test_client()
    thief.set_cookie("researcher", kept.value, path="/admin")

    assert thief.get("/admin/").status_code == 303


def test_a_half_login_cannot_be_made_whole_by_hand(app: Flask) -> None:
    """8.2: what counts lies on the server."""
    client = app.test_client()
    log_in(client, "owner", PASSWORD)
    with client.session_transaction("/admin/") as cookie:
        cookie["is_whole"] = True
        token = cookie["login"]

    assert client.get("/admin/").location == "/admin/login/code"
    with database_of(app).read() as db:
        assert not db.get_one(Login, hash_token(token)).is_whole


@pytest.mark.parametrize("change", ["flipped", "cut", "unsigned", "empty", "huge"])
def test_a_cookie_that_we_did_not_sign_is_nobodys(app: Flask, change: str) -> None:
    client = browser_of(app, "owner")
    good = client.get_cookie("researcher", path="/admin")
    assert good is not None
    bad = {
        "flipped": good.value[:-1] + ("A" if good.value[-1] != "A" else "B"),
        "cut": good.value[: len(good.value) // 2],
        "unsigned": good.value.split(".")[0],
        "empty": "",
        "huge": "A" * 3_900,
    }[change]
    thief = app.test_client()
    thief.set_cookie("researcher", bad, path="/admin")

    assert thief.get("/admin/").location == "/admin/login"


def test_a_participants_cookie_opens_nothing_of_the_panel(app: Flask) -> None:
    visitor = Visitor(app)
    visitor.start()
    thief = app.test_client()
    for name in ("visit", "participant"):
        cookie = visitor.client.get_cookie(name, path=f"/s/{STUDY_ID}")
        cookie = cookie or visitor.client.get_cookie(name, path="/s/")
        if cookie is not None:
            thief.set_cookie("researcher", cookie.value, path="/admin")
            thief.set_cookie(name, cookie.value, path="/")

    assert thief.get("/admin/").location == "/admin/login"


def test_a_researchers_cookie_opens_nobodys_session(owner: FlaskClient) -> None:
    assert owner.get(f"/s/{STUDY_ID}/api/session").status_code == 401


@pytest.mark.parametrize("where", ["next", "url", "return", "redirect"])
def test_the_login_leads_nowhere_else(stranger: FlaskClient, where: str) -> None:
    """Open redirects."""
    path = f"/admin/login?{where}=https://evil.example/"
    token = csrf_token(stranger, path)
    data = {"csrf_token": token, "name": "viewer", "password": PASSWORD}

    answer = stranger.post(path, data=data)

    assert answer.location == "/admin/studies" or answer.location == "/admin/"
