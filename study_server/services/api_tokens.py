"""Tokens for programs: made, listed, recognized and revoked. No Flask.

The secret is 256 random bits, so its plain SHA-256 cannot be turned back, and finding
the row by it tells nobody anything.
"""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from study_server.errors import TokenError
from study_server.models import ApiToken, Scope
from study_server.services.secrets import hash_token
from study_server.services.studies import get_study

PREFIX = "acct_"
"""Begins every secret, so that scanners of published files find them."""
SECRET_BYTES = 32
DEFAULT_DAYS = 90
MOST_DAYS = 366
MOST_LABEL_CHARACTERS = 80
USED_EVERY = timedelta(minutes=1)
"""A use is written down only when the last was so long ago."""


class NewToken(NamedTuple):
    """A token, told this once."""

    token: ApiToken
    secret: str


def create_token(
    db: Session,
    *,
    label: str,
    study_id: str | None,
    scopes: Collection[Scope],
    created_by: str,
    created_at: datetime,
    days: int = DEFAULT_DAYS,
) -> NewToken:
    """A new token.

    Args:
        label: 1 to 80 characters.
        study_id: the one study it is good for. None: all, also those to come.
        scopes: at least one.
        days: until it expires, 1 to 366.

    Raises:
        StudyNotFoundError: there is no such study.
        TokenError: no label, no scope, or too long a life.
    """
    if not label.strip() or len(label) > MOST_LABEL_CHARACTERS:
        raise TokenError(
            f"a token needs a name of 1 to {MOST_LABEL_CHARACTERS} characters, to know "
            f"later whose it is; got {label!r}"
        )
    if not scopes:
        raise TokenError(f"a token needs a scope: {', '.join(Scope)}")
    if not 1 <= days <= MOST_DAYS:
        raise TokenError(f"a token lasts 1 to {MOST_DAYS} days; got {days}")
    if study_id is not None:
        get_study(db, study_id)
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    token = ApiToken(
        label=label.strip(),
        token_sha256=hash_token(secret),
        study_id=study_id,
        scopes=" ".join(scope for scope in Scope if scope in scopes),
        created_by=created_by,
        created_at=created_at,
        expires_at=created_at + timedelta(days=days),
    )
    db.add(token)
    db.flush()
    return NewToken(token, secret)


def list_tokens(db: Session) -> list[ApiToken]:
    """All tokens, oldest first, also those of no use any more."""
    return list(db.scalars(select(ApiToken).order_by(ApiToken.id)))


def revoke_token(db: Session, token_id: int, *, revoked_at: datetime) -> ApiToken:
    """Make a token useless, at once and for good.

    Raises:
        TokenError: there is none of that number.
    """
    token = db.get(ApiToken, token_id)
    if token is None:
        raise TokenError(
            f"there is no token {token_id}; `study-server token list` shows all there "
            "are"
        )
    token.revoked_at = token.revoked_at or revoked_at
    db.flush()
    return token


def find_token(db: Session, secret: str, *, at: datetime) -> ApiToken | None:
    """The token of a secret; None if there is none that is good now."""
    if not secret.startswith(PREFIX):
        return None
    query = select(ApiToken).where(ApiToken.token_sha256 == hash_token(secret))
    token = db.scalars(query).one_or_none()
    return token if token is not None and state_of(token, at=at) == "valid" else None


def state_of(token: ApiToken, *, at: datetime) -> str:
    """`valid`, `expired` or `revoked`."""
    if token.revoked_at is not None:
        return "revoked"
    return "valid" if at < token.expires_at else "expired"


def is_good_for(token: ApiToken, scope: Scope, study_id: str | None) -> bool:
    """Whether a token allows this.

    Args:
        study_id: the study asked for. None: what is no study's own.
    """
    is_its_study = token.study_id in (None, study_id)
    return is_its_study and scope in token.scopes.split()


def actor_of(token: ApiToken) -> str:
    """Who asks, for the audit log."""
    return f"token {token.id} ({token.label})"


def is_use_due(token: ApiToken, *, at: datetime) -> bool:
    """Whether this use should be written down."""
    return token.last_used_at is None or at - token.last_used_at >= USED_EVERY


def note_use(db: Session, token_id: int, *, at: datetime) -> None:
    """Write down that a token was used."""
    db.get_one(ApiToken, token_id).last_used_at = at
