"""Slows down whoever guesses passwords. No Flask."""

import hashlib
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from study_server.models import FailedLogin

FREE_FAILURES = 5
"""Failed logins that cost nothing, per account and per address."""
WINDOW_S = 15 * 60.0
"""Failures are forgotten when none was added for so long; also the longest wait."""
FIRST_WAIT_S = 30.0
"""Wait after the last free failure; it doubles with every further one."""


def admit(db: Session, *keys: str, now: datetime) -> float:
    """Count an attempt under every key as failed, or return the seconds to wait first.

    Counting first keeps many attempts at the same moment from all slipping through;
    `forgive` takes it back when the login turns out well.

    Args:
        db: open write transaction, to be committed before the password is checked.
    """
    rows = [_own_row(db, key, now) for key in sorted(_sha256(key) for key in keys)]
    wait_s = max(_wait_s(row, now) for row in rows)
    if wait_s > 0:
        return wait_s
    for row in rows:
        row.n_failures = 1 if _is_forgotten(row, now) else row.n_failures + 1
        row.last_at = now
    db.flush()
    _forget(db, now)
    return 0.0


def forgive(db: Session, *keys: str) -> None:
    """Forget the failures under the keys: a login has succeeded."""
    hashes = [_sha256(key) for key in keys]
    db.execute(delete(FailedLogin).where(FailedLogin.key_sha256.in_(hashes)))


def _forget(db: Session, now: datetime) -> None:
    """Delete what is over, but for rows that another attempt has in its hands."""
    over = select(FailedLogin.key_sha256)
    over = over.where(FailedLogin.last_at <= now - timedelta(seconds=WINDOW_S))
    over = over.with_for_update(skip_locked=True)
    db.execute(
        delete(FailedLogin).where(FailedLogin.key_sha256.in_(over)),
        execution_options={"synchronize_session": False},
    )


def _own_row(db: Session, key: str, now: datetime) -> FailedLogin:
    """The row of a key, made if need be; other attempts under the key wait for us."""
    row = db.get(FailedLogin, key, with_for_update=True)
    if row is not None:
        return row
    with suppress(IntegrityError), db.begin_nested():  # or another attempt was quicker
        db.add(FailedLogin(key_sha256=key, n_failures=0, last_at=now))
    return db.get_one(FailedLogin, key, with_for_update=True)


def _wait_s(row: FailedLogin, now: datetime) -> float:
    """Seconds until the next attempt is let through; 0 when it may come now."""
    if row.n_failures < FREE_FAILURES or _is_forgotten(row, now):
        return 0.0
    doublings = min(row.n_failures - FREE_FAILURES, 20)
    wait_s = min(FIRST_WAIT_S * 2.0**doublings, WINDOW_S)
    return max(0.0, wait_s - (now - row.last_at).total_seconds())


def _is_forgotten(row: FailedLogin, now: datetime) -> bool:
    return (now - row.last_at).total_seconds() >= WINDOW_S


def _sha256(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
