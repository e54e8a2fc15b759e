"""The first start: a one-time link by which the first owner makes an account. No Flask.

There is no account to begin with and no default password: whoever can start the server
reads the link.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from study_server.errors import AccountError
from study_server.models import Researcher, Role, SetupLink
from study_server.services.researchers import check_new_password, new_researcher
from study_server.services.secrets import hash_token

LIFETIME = timedelta(hours=24)


def needs_setup(db: Session) -> bool:
    """Whether there is no owner yet."""
    owner = select(Researcher.id).where(Researcher.role == Role.OWNER)
    return db.scalar(owner.limit(1)) is None


def make_setup_link(db: Session, *, now: datetime) -> str:
    """The path of a new link; links made before lead nowhere.

    Raises:
        AccountError: there is an owner already.
    """
    if not needs_setup(db):
        raise AccountError(
            "there is an owner already; an owner adds people on the page People, and "
            "`study-server researcher reset-password NAME` helps who lost a password"
        )
    token = secrets.token_urlsafe(24)
    db.execute(delete(SetupLink))
    db.add(SetupLink(token_sha256=hash_token(token), expires_at=now + LIFETIME))
    db.flush()
    return f"/admin/setup/{token}"


def is_setup_link(db: Session, token: str, *, now: datetime) -> bool:
    """Whether the link may still be used; looking does not use it up."""
    link = db.get(SetupLink, hash_token(token))
    return link is not None and link.expires_at > now and needs_setup(db)


def use_setup_link(
    db: Session, token: str, *, name: str, password: str, now: datetime
) -> Researcher:
    """Make the first owner; the link is used up.

    Raises:
        AccountError: the link is not valid, or name or password are not acceptable.
    """
    if not is_setup_link(db, token, now=now):
        raise AccountError("This link was used already, or is too old.")
    check_new_password(password)
    owner = new_researcher(
        db, name, Role.OWNER, password=password, is_one_time=False, created_at=now
    )
    db.execute(delete(SetupLink))
    return owner
