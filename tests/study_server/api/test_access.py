"""Who shows which token gets what."""

import logging
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from study_server.api.access import ANYONE, NEEDED
from study_server.db import Database
from study_server.models import ApiToken, Scope
from study_server.services.api_tokens import PREFIX, revoke_token
from tests.study_server.api.conftest import Ask, MakeToken
from tests.study_server.rows import MORNING

PATHS = ("/studies", "/studies/demo", "/studies/demo/export")


def test_every_endpoint_of_the_api_says_who_may_ask(app: Flask) -> None:
    endpoints = {r.endpoint for r in app.url_map.iter_rules()}
    ours = {e.removeprefix("api.") for e in endpoints if e.startswith("api.")}

    assert ours == {*ANYONE, *NEEDED}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("shown", ["", "wrong", PREFIX + "wrong"])
def test_without_a_valid_token_nothing_is_told(ask: Ask, path: str, shown: str) -> None:
    answer = ask(path, shown)

    assert answer.status_code == 401
    assert answer.json is not None
    assert answer.json["error"] == "no_token"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", PATHS)
def test_a_token_of_all_studies_and_scopes_opens_everything(
    ask: Ask, make_token: MakeToken, path: str
) -> None:
    assert ask(path, make_token()).status_code == 200


@pytest.mark.parametrize(
    ("scope", "path", "status"),
    [
        (Scope.EXPORT_READ, "/studies/demo/export", 200),
        (Scope.EXPORT_READ, "/studies/demo", 403),
        (Scope.EXPORT_READ, "/studies", 403),
        (Scope.STUDY_READ, "/studies", 200),
        (Scope.STUDY_READ, "/studies/demo", 200),
        (Scope.STUDY_READ, "/studies/demo/export", 403),
    ],
)
def test_a_scope_opens_its_requests_alone(
    ask: Ask, make_token: MakeToken, scope: Scope, path: str, status: int
) -> None:
    """7.10"""
    assert ask(path, make_token(scopes=[scope])).status_code == status


def test_a_token_of_one_study_opens_no_other(ask: Ask, make_token: MakeToken) -> None:
    """7.10; it cannot be asked, either, which others there are."""
    token = make_token(study_id="other")

    assert ask("/studies/other/export", token).status_code == 200
    assert ask("/studies/demo/export", token).status_code == 403
    assert ask("/studies/no-such/export", token).status_code == 403
    listed = ask("/studies", token).json
    assert listed is not None
    assert [study["study_id"] for study in listed["studies"]] == ["other"]


def test_a_token_in_the_address_or_a_cookie_is_no_token(
    app: Flask, make_token: MakeToken
) -> None:
    secret = make_token()
    client = app.test_client()
    client.set_cookie("token", secret)

    answer = client.get(f"/api/studies?token={secret}&access_token={secret}")

    assert answer.status_code == 401


def test_an_expired_or_revoked_token_is_of_no_use(
    app: Flask, ask: Ask, make_token: MakeToken
) -> None:
    """7.10"""
    expired = make_token(created_at=MORNING - timedelta(days=90))
    revoked = make_token()
    database: Database = app.extensions["database"]
    with database.write() as db:
        revoke_token(db, 2, revoked_at=MORNING)

    assert ask("/studies", expired).status_code == 401
    assert ask("/studies", revoked).status_code == 401


def test_the_last_use_is_written_down_and_the_secret_nowhere(
    app: Flask, ask: Ask, make_token: MakeToken, caplog: pytest.LogCaptureFixture
) -> None:
    """7.10: stored as a hash, listed with last use; 8.6: not in a log."""
    secret = make_token()
    database: Database = app.extensions["database"]
    caplog.set_level(logging.DEBUG)

    ask("/studies/demo/export", secret)
    ask("/studies/no-such", secret)

    with database.read() as db:
        token = db.scalars(select(ApiToken)).one()
    assert token.last_used_at == MORNING
    assert secret not in str(vars(token))
    assert secret not in caplog.text
    files = app.extensions["server_config"].data_dir.iterdir()
    assert all(secret.encode() not in f.read_bytes() for f in files if f.is_file())


def test_an_unknown_study_is_404_for_who_may_ask_of_all(
    ask: Ask, make_token: MakeToken
) -> None:
    answer = ask("/studies/no-such", make_token())

    assert answer.status_code == 404
    assert answer.json == {
        "error": "no_study",
        "message": "There is no study of this name.",
    }
