"""Tokens from a shell: made, listed, revoked."""

from collections.abc import Callable
from pathlib import Path

import pytest

from study_server.db import Database
from study_server.services.audit_log import newest_entries
from tests.study_server.rows import add_study

Run = Callable[..., int]


@pytest.fixture(autouse=True)
def data(tmp_path: Path) -> Database:
    """A data folder with one study."""
    (tmp_path / "data").mkdir()
    database = Database(f"sqlite:///{tmp_path / 'data' / 'study.sqlite3'}")
    database.prepare()
    with database.write() as db:
        add_study(db)
    database.close()
    return database


def test_a_token_is_made_listed_and_revoked(
    run: Run, data: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    """7.10: the secret alone goes to standard output."""
    assert run("token", "create", "laptop", "--study", "demo") == 0
    secret = capsys.readouterr().out.strip()
    assert run("token", "list") == 0
    listed = capsys.readouterr().out
    assert run("token", "revoke", 1) == 0
    revoked = capsys.readouterr().out

    assert secret.startswith("acct_")
    assert "\n" not in secret
    assert "laptop" in listed
    assert "export:read of demo" in listed
    assert "valid" in listed
    assert secret not in listed
    assert "revoked" in revoked
    with data.read() as db:
        actions = [entry.action for entry in newest_entries(db, limit=9)]
    assert actions == ["token.revoke", "token.create"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("create",), "say which token to create"),
        (("revoke", "laptop"), "revoked by its number; got 'laptop'"),
        (("revoke", "4"), "there is no token 4"),
        (("create", "x", "--study", "other"), "there are: demo"),
    ],
)
def test_what_cannot_be_done_is_explained(
    run: Run,
    words: tuple[str, ...],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("token", *words) == 1
    assert message in capsys.readouterr().err


def test_without_tokens_the_list_says_so(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("token", "list") == 0
    assert capsys.readouterr().out == "no tokens yet\n"
