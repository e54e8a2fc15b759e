"""Logins that the server knows of, and can end. No Flask.

A browser holds 256 random bits, the database their hash. They change whenever the login
gains rights, so that bits planted in a browser are of no use to who planted them.
"""

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from study_server.models import Login, Researcher, Role
from study_server.services.secrets import hash_token

IDLE_LIMIT = timedelta(minutes=30)
LOGIN_LIMIT = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
"""A request is written down only when the last was so long ago."""


class LoggedIn(NamedTuple):
    """The researcher behind a request."""

    researcher_id: int
    name: str
    role: Role
    token: str
    is_whole: bool
    """The second factor was given, or the account has none."""
    must_change_password: bool
    must_add_authenticator: bool
    has_authenticator: bool
    is_due: bool
    """`note_seen` should be called."""


def begin_login(db: Session, researcher: Researcher, *, at: datetime) -> str:
    """A new login; whole at once if the account has no second factor.

    Returns:
        The secret for the browser.
    """
    forget_old_logins(db, at=at)
    return _add(
        db, researcher, began_at=at, at=at, is_whole=researcher.totp_salt is None
    )


def renew_login(
    db: Session, token: str, researcher: Researcher, *, at: datetime
) -> str:
    """A whole login in place of the one with this secret, no older and no younger."""
    old = db.get_one(Login, hash_token(token))
    db.delete(old)
    return _add(db, researcher, began_at=old.began_at, at=at, is_whole=True)


def find_login(db: Session, token: str, *, at: datetime) -> LoggedIn | None:
    """Who is behind a browser's secret; None if nobody, or not any more."""
    login = db.get(Login, hash_token(token)) if token else None
    if login is None or at - login.seen_at > IDLE_LIMIT:
        return None
    if at - login.began_at > LOGIN_LIMIT:
        return None
    researcher = db.get_one(Researcher, login.researcher_id)
    role = Role(researcher.role)
    has_authenticator = researcher.totp_salt is not None
    return LoggedIn(
        researcher_id=researcher.id,
        name=researcher.name,
        role=role,
        token=token,
        is_whole=login.is_whole,
        must_change_password=researcher.has_one_time_password,
        must_add_authenticator=role == Role.OWNER and not has_authenticator,
        has_authenticator=has_authenticator,
        is_due=at - login.seen_at > SEEN_EVERY,
    )


def note_seen(db: Session, token: str, *, at: datetime) -> None:
    """Put off the idle limit."""
    mine = Login.token_sha256 == hash_token(token)
    db.execute(update(Login).where(mine).values(seen_at=at))


def end_login(db: Session, token: str) -> None:
    """Log one browser out."""
    db.execute(delete(Login).where(Login.token_sha256 == hash_token(token)))


def end_logins(db: Session, researcher_id: int, *, but: str | None = None) -> int:
    """Log all browsers of an account out.

    Args:
        but: the secret of one that stays.

    Returns:
        How many ended.
    """
    ended = delete(Login).where(Login.researcher_id == researcher_id)
    if but is not None:
        ended = ended.where(Login.token_sha256 != hash_token(but))
    return len(db.scalars(ended.returning(Login.token_sha256)).all())


def count_logins(db: Session, researcher_id: int, *, at: datetime) -> int:
    """Browsers in which the account is logged in."""
    return db.scalars(
        select(func.count())
        .where(Login.researcher_id == researcher_id, Login.is_whole)
        .where(Login.seen_at >= at - IDLE_LIMIT, Login.began_at >= at - LOGIN_LIMIT)
    ).one()


def forget_old_logins(db: Session, *, at: datetime) -> None:
    """Delete what is over."""
    db.execute(delete(Login).where(Login.seen_at < at - LOGIN_LIMIT))


def _add(
    db: Session,
    researcher: Researcher,
    *,
    began_at: datetime,
    at: datetime,
    is_whole: bool,
) -> str:
    token = secrets.token_urlsafe(32)
    db.add(
        Login(
            token_sha256=hash_token(token),
            researcher_id=researcher.id,
            is_whole=is_whole,
            began_at=began_at,
            seen_at=at,
        )
    )
    db.flush()
    return token
