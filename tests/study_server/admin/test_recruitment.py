"""The researchers' pages of slots, links and comparison; the commands do the same."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from study_server import create_app
from study_server.cli import main
from study_server.config import ServerConfig
from study_server.db import Database
from study_server.models import FreedBy, PersonalLink, StudySession
from study_server.recruitment.secret_store import SecretStore
from tests.study_server.admin.accounts import PASSWORD, add_account
from tests.study_server.admin.conftest import csrf_token, log_in, submit
from tests.study_server.participant.visitor import Visitor
from tests.study_server.study_fixture import STUDY_ID, make_study, tiny_definition

STUDY_PAGE = f"/admin/studies/{STUDY_ID}"
CSV = b"""\
Submission id,Participant id,Status,Completion code
sub1,p1,AWAITING REVIEW,NOCODE
sub2,p2,AWAITING REVIEW,CODE-7K2
"""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """A study on Prolific with one participant, and Ada."""
    config = ServerConfig(data_dir=tmp_path / "data")
    config.data_dir.mkdir()
    make_study(config, tmp_path, tiny_definition(recruitment={"platform": "prolific"}))
    app = create_app(config)
    database: Database = app.extensions["database"]
    with database.write() as db:
        add_account(db, "ada")
    Visitor(app).start("/?PROLIFIC_PID=p1&SESSION_ID=sub1")
    yield app
    database.close()


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """Ada's."""
    client = app.test_client()
    log_in(client, "ada", PASSWORD)
    return client


def only_session(app: Flask) -> StudySession:
    database: Database = app.extensions["database"]
    with database.read() as db:
        return db.scalars(select(StudySession)).one()


def command(app: Flask, *words: str) -> int:
    config: ServerConfig = app.extensions["server_config"]
    return main([*words, "--data", str(config.data_dir)])


def test_a_stranger_sees_none_of_the_pages(app: Flask) -> None:
    for page in ("sessions", "links", "reconcile"):
        answer = app.test_client().get(f"{STUDY_PAGE}/{page}")
        assert answer.location == "/admin/login"


def test_a_slot_is_freed_with_a_reason_on_its_page(
    app: Flask, browser: FlaskClient
) -> None:
    """2.11"""
    session = only_session(app)
    page = f"{STUDY_PAGE}/sessions"
    act = f"{page}/{session.session_id}/reject"

    assert submit(browser, act, page, reason="  ") == 422
    assert submit(browser, act, page, reason="asked by mail") == 303

    freed = only_session(app)
    assert (freed.holds_slot, freed.freed_by, freed.freed_note) == (
        False,
        FreedBy.REPLACED,
        "asked by mail",
    )
    assert "asked by mail" in browser.get(page).text


def test_the_command_frees_a_slot_too(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    session_id = only_session(app).session_id

    words = ("return", STUDY_ID, session_id[:8], "--reason", "returned")
    assert command(app, *words) == 0
    assert command(app, *words) == 1

    assert only_session(app).freed_by == FreedBy.RETURNED
    assert "holds no slot (freed by returned)" in capsys.readouterr().err


def test_links_are_shown_once_and_revoked(app: Flask, browser: FlaskClient) -> None:
    page = f"{STUDY_PAGE}/links"
    token = csrf_token(browser, page)
    fields = {"csrf_token": token, "label": "Q", "count": "2", "uses": "1"}
    made = browser.post(page, data=fields).text

    (path, _) = re.findall(rf"/s/{STUDY_ID}/\?link=[0-9a-f]{{32}}", made)
    assert Visitor(app, "").get(path).status_code == 200
    assert "?link=" not in browser.get(page).text
    assert submit(browser, f"{page}/1/revoke", page) == 303
    assert b"does not work any more" in Visitor(app, "").get(path).data


def test_the_command_makes_lists_and_revokes_links(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    address = ("--address", "https://lab.example/")
    assert command(app, "links", "make", STUDY_ID, "--count", "3", *address) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "label,link"
    assert lines[1].startswith(f"P001,https://lab.example/s/{STUDY_ID}/?link=")

    assert command(app, "links", "revoke", STUDY_ID, "2") == 0
    assert command(app, "links", "list", STUDY_ID) == 0
    assert capsys.readouterr().out.count("revoked") == 2
    assert command(app, "links", "revoke", STUDY_ID, "99") == 1
    database: Database = app.extensions["database"]
    with database.read() as db:
        links = db.scalars(select(PersonalLink).order_by(PersonalLink.id)).all()
    assert [link.revoked_at is not None for link in links] == [False, True, False]


def test_the_platforms_file_is_compared_on_its_page(
    app: Flask, browser: FlaskClient
) -> None:
    """6.6: with a link to the session."""
    page = f"{STUDY_PAGE}/reconcile"
    token = csrf_token(browser, page)
    padding = b"," + b"x" * 100_000 + b"\n"  # larger than other requests may be
    upload = (io.BytesIO(CSV + padding), "export.csv")

    shown = browser.post(page, data={"csrf_token": token, "file": upload}).text

    assert f"sessions#s-{only_session(app).session_id[:8]}" in shown
    assert "Nothing is stored of this person" in shown


def test_another_file_is_refused_with_its_columns(browser: FlaskClient) -> None:
    page = f"{STUDY_PAGE}/reconcile"
    token = csrf_token(browser, page)
    upload = (io.BytesIO(b"a,b\n1,2\n"), "other.csv")

    answer = browser.post(page, data={"csrf_token": token, "file": upload})

    assert answer.status_code == 422
    assert "its columns are &#39;a&#39;, &#39;b&#39;" in answer.text


def test_the_command_compares_the_file_too(
    app: Flask, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(CSV)

    assert command(app, "reconcile", STUDY_ID, str(path), "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert command(app, "reconcile", STUDY_ID, str(path)) == 0

    assert [each["verdict"] for each in facts] == ["complete_but_no_data"] * 2
    assert [each["session_id"] is None for each in facts] == [False, True]
    assert "line 2: p1 complete but no data" in capsys.readouterr().out


def test_webhook_secrets_come_by_a_pipe_and_are_never_printed(
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    config: ServerConfig = app.extensions["server_config"]
    for secret in ("first secret", "second secret", "third secret"):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{secret}\n"))
        assert command(app, "webhook", "set-secret") == 0

    secrets = SecretStore(config.data_dir).webhook_secrets("prolific")
    assert secrets == ["third secret", "second secret"]
    assert "secret\n" not in capsys.readouterr().out
    assert command(app, "webhook", "subscribe", "--workspace", "w") == 1
    assert "needs --address" in capsys.readouterr().err
