"""The page of tokens: shown once, listed, revoked."""

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from study_server.db import Database
from study_server.models import Role
from study_server.services.audit_log import newest_entries
from study_server.services.logins import begin_login, renew_login
from tests.study_server.admin.accounts import add_account, give_login
from tests.study_server.admin.conftest import submit

PATH = "/admin/tokens"


@pytest.fixture
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Nothing here depends on the kind of database."""
    return f"sqlite:///{tmp_path_factory.mktemp('tokens') / 'study.sqlite3'}"


@pytest.fixture
def olga(app: Flask, database: Database) -> FlaskClient:
    """An owner's browser, second factor given."""
    with database.write() as db:
        owner = add_account(db, "olga", Role.OWNER, has_factor=True)
        now = datetime.now(UTC)
        login = renew_login(db, begin_login(db, owner, at=now), owner, at=now)
    client = app.test_client()
    give_login(client, login)
    return client


def make(client: FlaskClient, **fields: str) -> tuple[int, str]:
    """Fill in the form; status code and page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(PATH).text)
    assert found is not None
    values = {"label": "laptop", "study_id": "demo", "scopes": "export:read"}
    answer = client.post(PATH, data={"csrf_token": found[1], **values, **fields})
    return answer.status_code, answer.text


def secrets_in(page: str) -> list[str]:
    return re.findall(r"acct_[\w-]{43}", page)


def test_a_token_is_shown_once_and_opens_the_export(
    olga: FlaskClient, app: Flask
) -> None:
    """7.10"""
    status, page = make(olga)

    (secret,) = secrets_in(page)
    answer = app.test_client(use_cookies=False).get(
        "/api/studies/demo/export", headers={"Authorization": f"Bearer {secret}"}
    )
    assert (status, answer.status_code) == (200, 200)
    listed = olga.get(PATH).text
    assert secrets_in(listed) == []
    assert "laptop" in listed


def test_a_revoked_token_opens_nothing_and_stays_listed(
    olga: FlaskClient, app: Flask
) -> None:
    (secret,) = secrets_in(make(olga)[1])

    assert submit(olga, f"{PATH}/1/revoke", PATH) == 303

    answer = app.test_client(use_cookies=False).get(
        "/api/studies/demo/export", headers={"Authorization": f"Bearer {secret}"}
    )
    assert answer.status_code == 401
    assert "revoked" in olga.get(PATH).text
    assert submit(olga, f"{PATH}/9/revoke", PATH) == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"label": ""},
        {"study_id": "no-such"},
        {"scopes": "everything"},
        {"days": "0"},
        {"days": "x"},
    ],
)
def test_a_token_that_cannot_be_is_refused(
    olga: FlaskClient, fields: dict[str, str]
) -> None:
    status, page = make(olga, **fields)

    assert status == 422
    assert "No token was made" in page


def test_tokens_and_exports_are_in_the_audit_log(
    olga: FlaskClient, database: Database
) -> None:
    """7.13"""
    make(olga)
    submit(olga, f"{PATH}/1/revoke", PATH)
    olga.get("/admin/studies/demo/export.zip")

    with database.read() as db:
        entries = newest_entries(db, limit=3)
    assert [entry.action for entry in entries] == [
        "export",
        "token.revoke",
        "token.create",
    ]
    assert {(entry.actor, entry.study_id) for entry in entries} == {("olga", "demo")}


def test_only_owners_see_tokens(ada: FlaskClient) -> None:
    """7.10, 7.13: an editor is refused."""
    assert ada.get(PATH).status_code == 403
