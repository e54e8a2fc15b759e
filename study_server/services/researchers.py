"""Accounts of the people who run studies. No Flask.

There is no default account: a setup link makes the first (`services/setup.py`), and
later ones get a password that must be changed at the first login.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from study_server.errors import AccountError
from study_server.models import Researcher, Role
from study_server.services.logins import end_logins

MIN_PASSWORD_CHARACTERS = 12
MAX_PASSWORD_CHARACTERS = 1024
"""Longer ones would only keep the hash function busy."""
MAX_NAME_CHARACTERS = 100

# 19 MiB, two passes, one lane: the OWASP password storage recommendation for argon2id.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

# Of a random password that no one knows: what an unknown name is compared with.
DECOY_HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1$C6vLX9JMbH2IX30nKKHJ7g"
    "$k2LmiO4QyPgycFfpBs/dZoI1KOnrFQpnumbSOuE3di0"
)


def add_researcher(
    db: Session, name: str, *, created_at: datetime, role: Role = Role.EDITOR
) -> str:
    """Make an account and return its one-time password, which is stored nowhere.

    Raises:
        AccountError: the name is empty, too long or taken.
    """
    password = one_time_password()
    new_researcher(
        db, name, role, password=password, is_one_time=True, created_at=created_at
    )
    return password


def new_researcher(
    db: Session,
    name: str,
    role: Role,
    *,
    password: str,
    is_one_time: bool,
    created_at: datetime,
) -> Researcher:
    """Make an account.

    Raises:
        AccountError: the name is empty, too long, taken or cannot be shown.
    """
    is_clean = name == name.strip() and name.isprintable()
    if not name or not is_clean or len(name) > MAX_NAME_CHARACTERS:
        raise AccountError(
            "a researcher's name must have 1 to "
            f"{MAX_NAME_CHARACTERS} characters and no spaces around it; got {name!r}"
        )
    researcher = Researcher(
        name=name,
        role=role,
        password_hash=HASHER.hash(password),
        has_one_time_password=is_one_time,
        created_at=created_at,
    )
    try:
        with db.begin_nested():
            db.add(researcher)
    except IntegrityError as error:
        raise AccountError(
            f"there is already a researcher {name!r}; "
            f"`study-server researcher reset-password {name}` gives a new one-time "
            "password"
        ) from error
    return researcher


def reset_password(db: Session, name: str) -> str:
    """Replace a password by a one-time password; ends every login of the account.

    Raises:
        AccountError: there is no such researcher.
    """
    researcher = get_researcher(db, name)
    password = one_time_password()
    researcher.password_hash = HASHER.hash(password)
    researcher.has_one_time_password = True
    end_logins(db, researcher.id)
    return password


def remove_researcher(db: Session, name: str) -> None:
    """Delete an account and end its logins; what it did stays in the audit log.

    Raises:
        AccountError: there is no such researcher, or it is the last owner.
    """
    researcher = get_researcher(db, name)
    _keep_an_owner(db, researcher)
    db.delete(researcher)
    db.flush()


def change_role(db: Session, name: str, role: Role) -> None:
    """Let a researcher do more, or less; logins end.

    Raises:
        AccountError: there is no such researcher, or it is the last owner.
    """
    researcher = get_researcher(db, name)
    if role != Role.OWNER:
        _keep_an_owner(db, researcher)
    researcher.role = role
    end_logins(db, researcher.id)


def list_researchers(db: Session) -> Sequence[Researcher]:
    """Every account, by name."""
    return db.scalars(select(Researcher).order_by(Researcher.name)).all()


def _keep_an_owner(db: Session, researcher: Researcher) -> None:
    others = select(Researcher.id).where(
        Researcher.role == Role.OWNER, Researcher.id != researcher.id
    )
    if researcher.role == Role.OWNER and db.scalar(others.limit(1)) is None:
        raise AccountError(
            f"{researcher.name!r} is the only owner; make somebody else an owner first"
        )


def authenticate(db: Session, name: str, password: str) -> Researcher | None:
    """The researcher with this name and password, or None.

    An unknown name takes as long to refuse as a wrong password. Nothing is written, so
    that guessing never holds up the participants' answers.
    """
    researcher = find_researcher(db, name)
    password_hash = researcher.password_hash if researcher else DECOY_HASH
    return researcher if is_password(password_hash, password) else None


def record_login(db: Session, name: str, *, at: datetime) -> None:
    """Note when the researcher last logged in."""
    researcher = find_researcher(db, name)
    if researcher is not None:
        researcher.last_login_at = at


def change_password(researcher: Researcher, *, current: str, new: str) -> None:
    """Replace the password by one of the researcher's choice.

    Raises:
        AccountError: the current password is wrong, or the new one is too short,
            too long or no change.
    """
    if not is_password(researcher.password_hash, current):
        raise AccountError("The current password is not right.")
    check_new_password(new)
    if new == current:
        raise AccountError("The new password must differ from the current one.")
    researcher.password_hash = HASHER.hash(new)
    researcher.has_one_time_password = False


def check_new_password(password: str) -> None:
    """Refuse a password that is too short to be safe, or too long to be one.

    Raises:
        AccountError: it is.
    """
    if not MIN_PASSWORD_CHARACTERS <= len(password) <= MAX_PASSWORD_CHARACTERS:
        raise AccountError(
            f"The new password needs at least {MIN_PASSWORD_CHARACTERS} characters."
        )


def get_researcher(db: Session, name: str) -> Researcher:
    """The account of that name.

    Raises:
        AccountError: there is none.
    """
    researcher = find_researcher(db, name)
    if researcher is None:
        raise AccountError(
            f"there is no researcher {name!r}; "
            f"`study-server researcher add {name}` makes one"
        )
    return researcher


def find_researcher(db: Session, name: str) -> Researcher | None:
    """The account of that name, or None."""
    return db.scalar(select(Researcher).where(Researcher.name == name))


def is_password(password_hash: str, password: str) -> bool:
    """Whether the hash was made of this password."""
    if len(password) > MAX_PASSWORD_CHARACTERS:
        return False
    try:
        return HASHER.verify(password_hash, password)
    except VerifyMismatchError:
        return False


def one_time_password() -> str:
    """Random, 120 bits, in groups that can be read aloud."""
    letters = secrets.token_hex(15)
    return "-".join(letters[i : i + 5] for i in range(0, len(letters), 5))
