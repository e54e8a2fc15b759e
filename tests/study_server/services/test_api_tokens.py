"""Tokens: what they are made of, and what is refused."""

from typing import Any

import pytest

from study_server.db import Database
from study_server.errors import StudyNotFoundError, TokenError
from study_server.models import Scope
from study_server.services.api_tokens import (
    create_token,
    find_token,
    list_tokens,
    revoke_token,
    state_of,
)
from tests.study_server.rows import MORNING, add_study

VALUES: dict[str, Any] = {
    "label": "laptop",
    "study_id": None,
    "scopes": [Scope.EXPORT_READ],
    "created_by": "ada",
    "created_at": MORNING,
}


@pytest.fixture
def database(tmp_path: Any) -> Any:
    database = Database(f"sqlite:///{tmp_path / 'tokens.sqlite3'}")
    database.prepare()
    yield database
    database.close()


def test_a_secret_has_256_random_bits_and_only_its_hash_is_kept(
    database: Database,
) -> None:
    """7.10"""
    with database.write() as db:
        made = [create_token(db, **VALUES) for _ in range(2)]

    assert len(made[0].secret) >= 43  # 256 bits, 6 in a character
    assert made[0].secret != made[1].secret
    assert len(made[0].token.token_sha256) == 64
    assert made[0].secret not in made[0].token.token_sha256


def test_a_token_lasts_90_days_unless_said_otherwise(database: Database) -> None:
    """7.10"""
    with database.write() as db:
        token = create_token(db, **VALUES).token

    assert (token.expires_at - MORNING).days == 90
    assert state_of(token, at=MORNING) == "valid"
    assert state_of(token, at=token.expires_at) == "expired"


def test_a_revoked_token_stays_in_the_list_and_is_not_found(
    database: Database,
) -> None:
    with database.write() as db:
        made = create_token(db, **VALUES)
        assert find_token(db, made.secret, at=MORNING) is made.token
        revoke_token(db, made.token.id, revoked_at=MORNING)

        assert find_token(db, made.secret, at=MORNING) is None
        assert [state_of(t, at=MORNING) for t in list_tokens(db)] == ["revoked"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"label": " "}, "needs a name"),
        ({"label": "x" * 81}, "needs a name"),
        ({"scopes": []}, "needs a scope: study:read, export:read"),
        ({"days": 0}, "1 to 366 days; got 0"),
        ({"days": 1000}, "1 to 366 days; got 1000"),
    ],
)
def test_a_token_that_cannot_be_is_refused(
    database: Database, changes: dict[str, Any], message: str
) -> None:
    with database.write() as db, pytest.raises(TokenError, match=message):
        create_token(db, **{**VALUES, **changes})


def test_a_token_of_a_study_needs_the_study(database: Database) -> None:
    with database.write() as db:
        add_study(db)
        create_token(db, **{**VALUES, "study_id": "demo"})
        with pytest.raises(StudyNotFoundError, match="there are: demo"):
            create_token(db, **{**VALUES, "study_id": "no-such"})


def test_revoking_what_is_not_there_says_where_to_look(database: Database) -> None:
    with (
        database.write() as db,
        pytest.raises(TokenError, match="`study-server token list`"),
    ):
        revoke_token(db, 7, revoked_at=MORNING)
