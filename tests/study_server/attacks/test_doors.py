"""Guessing, flooding, lying headers, and what an answer gives away."""

import io
import logging
import re
from typing import Literal

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from study_server.admin import uploads
from study_server.services import researchers
from study_server.services.researchers import DECOY_HASH
from tests.study_server.admin.accounts import PASSWORD
from tests.study_server.admin.conftest import csrf_token, log_in
from tests.study_server.admin.panel import browser_of
from tests.study_server.participant.visitor import Visitor
from tests.study_server.study_fixture import STUDY_ID

STUDY = f"/admin/studies/{STUDY_ID}"
PAGES = ("/admin/login", "/admin/", STUDY, f"{STUDY}/live", f"{STUDY}/versions")


@pytest.mark.parametrize(
    "name", ["owner", "nobody", "", "OWNER", "owner ", "a" * 5_000]
)
def test_every_login_hashes_once_whatever_the_name(
    app: Flask, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """8.1: an unknown name takes as long as a wrong password, by construction."""
    verified: list[str] = []

    class Counting(PasswordHasher):
        def verify(
            self,
            hash: str | bytes,  # noqa: A002
            password: str | bytes,
        ) -> Literal[True]:
            verified.append(str(hash))
            return super().verify(hash, password)

    monkeypatch.setattr(
        researchers, "HASHER", Counting(time_cost=2, memory_cost=19 * 1024)
    )

    log_in(app.test_client(), name, "not the password")

    assert len(verified) == 1
    is_known = name.strip() == "owner"
    assert (verified[0] == DECOY_HASH) is not is_known


def test_the_decoy_costs_what_a_real_hash_costs() -> None:
    """8.1"""
    real = researchers.HASHER.hash("x")

    assert DECOY_HASH.split("$")[1:4] == real.split("$")[1:4]
    assert "m=19456,t=2,p=1" in real


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
def test_an_address_of_ones_own_choice_does_not_get_around_the_throttle(
    app: Flask, header: str
) -> None:
    """8.3: without --https no proxy is believed."""
    statuses = []
    for number in range(6):
        client = app.test_client()
        token = csrf_token(client, "/admin/login")
        data = {"csrf_token": token, "name": f"n{number}", "password": "wrong"}
        headers = {header: f"10.0.0.{number}"}
        answer = client.post("/admin/login", data=data, headers=headers)
        statuses.append(answer.status_code)

    assert statuses == [401] * 5 + [429]


def test_one_account_is_throttled_from_every_address(app: Flask) -> None:
    """8.3"""
    statuses = []
    for number in range(6):
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = f"10.0.0.{number}"
        statuses.append(log_in(client, "editor", "wrong guess"))

    assert statuses == [401] * 5 + [429]


@pytest.mark.parametrize("path", ["/admin/login", f"/s/{STUDY_ID}/start"])
def test_a_body_above_64_kb_is_refused(stranger: FlaskClient, path: str) -> None:
    """8.8"""
    answer = stranger.post(path, data={"name": "a" * (64 * 1024 + 1)})

    assert answer.status_code == 413


def test_a_stranger_cannot_send_a_large_file(stranger: FlaskClient) -> None:
    """8.8: the limit is raised for those alone who may upload."""
    data = {"bundle": (io.BytesIO(b"PK" * 64 * 1024), "b.zip")}

    assert stranger.post("/admin/new-study", data=data).status_code == 413


@pytest.mark.parametrize("role", ["viewer", "analyst"])
def test_nor_can_a_role_that_may_not_upload(app: Flask, role: str) -> None:
    data = {"bundle": (io.BytesIO(b"PK" * 64 * 1024), "b.zip")}

    answer = browser_of(app, role).post("/admin/new-study", data=data)

    assert answer.status_code == 413


def test_a_platform_file_has_its_limit(
    owner: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(uploads.LARGEST_FILE, "admin.reconcile", 1_000)
    token = csrf_token(owner, f"{STUDY}/reconcile")
    content = b"x" * (1_000 + uploads.FORM_BYTES)
    data = {"csrf_token": token, "file": (io.BytesIO(content), "f.csv")}

    assert owner.post(f"{STUDY}/reconcile", data=data).status_code == 413


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 100, b"\xff\xfe\xfa", b'"' * 5_000, b"a,b\n" * 3, b"\x89PNG\r\n"],
    ids=["empty", "null", "no UTF-8", "quotes", "other columns", "picture"],
)
def test_a_malformed_file_is_told_and_not_fatal(
    owner: FlaskClient, content: bytes
) -> None:
    token = csrf_token(owner, f"{STUDY}/reconcile")
    data = {"csrf_token": token, "file": (io.BytesIO(content), "f.csv")}

    assert owner.post(f"{STUDY}/reconcile", data=data).status_code == 422


@pytest.mark.parametrize(
    "content",
    [b"", b"\0", b"[study", b"a=1\n" * 9, b"\xff\xfe"],
    ids=["empty", "null", "cut", "twice", "no UTF-8"],
)
def test_a_malformed_definition_is_told_and_not_fatal(
    owner: FlaskClient, content: bytes
) -> None:
    token = csrf_token(owner, "/admin/new-study")
    data = {"csrf_token": token, "definition": (io.BytesIO(content), "study.toml")}

    answer = owner.post("/admin/new-study", data=data)

    assert answer.status_code == 422
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("guess", ["0" * 32, "f" * 8, "%25", "*", "-1", "null"])
def test_ids_cannot_be_guessed(app: Flask, owner: FlaskClient, guess: str) -> None:
    visitor = Visitor(app)
    visitor.begin()

    assert owner.get(f"{STUDY}/sessions/{guess}").status_code == 404
    assert visitor.get(f"/image/{guess}").status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "localhost@evil.example", "a" * 300])
def test_a_lying_host_name_gets_no_redirect_to_itself(
    stranger: FlaskClient, host: str
) -> None:
    answer = stranger.get("/admin/", headers={"Host": host})

    assert "evil" not in (answer.location or "")
    assert answer.status_code < 500


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_strict_with_browsers(owner: FlaskClient, path: str) -> None:
    """8.4"""
    answer = owner.get(path)
    policy = answer.headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert not re.search(
        r"<style|\sstyle=|\son\w+=|<script(?! type=\"module\" src)", answer.text
    )


def test_neither_password_nor_secret_gets_into_the_log(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    client = app.test_client()
    with caplog.at_level(logging.DEBUG):
        log_in(client, "owner", PASSWORD)
        log_in(app.test_client(), "owner", "wrong but similar")
        with client.session_transaction("/admin/") as cookie:
            token = cookie.get("login", "no token")

    for secret in (PASSWORD, "wrong but similar", token, app.secret_key):
        assert str(secret) not in caplog.text


def test_a_failure_tells_a_number_and_nothing_else(
    app: Flask, owner: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """8.10"""

    def fail() -> str:
        raise RuntimeError("the secret of the database")

    monkeypatch.setitem(app.view_functions, "admin.people", fail)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)

    answer = owner.get("/admin/people")

    assert answer.status_code == 500
    assert "secret of the database" not in answer.text
