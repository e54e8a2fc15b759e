"""The second factor of a login: an authenticator's code, or a recovery code. No Flask.

Nothing in the database is enough to compute a code: the secret follows from the
account's salt and a key that lies beside the database.
"""

import secrets
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from study_server.models import RecoveryCode, Researcher
from study_server.services.secrets import hash_token
from study_server.services.totp import matching_step, secret_from

N_RECOVERY_CODES = 10
MAX_CODE_CHARACTERS = 64


def new_salt() -> str:
    """Begins a new secret; the account has it once a code of it was given."""
    return secrets.token_hex(16)


def add_authenticator(
    db: Session, researcher: Researcher, salt: str, code: str, *, key: str, at: datetime
) -> list[str] | None:
    """Take up an authenticator whose code proves that it has the secret.

    Returns:
        New recovery codes, which are stored nowhere; None if the code is not right.
    """
    secret = secret_from(key, salt)
    step = matching_step(secret, _digits(code), at_s=at.timestamp(), after_step=None)
    if step is None:
        return None
    researcher.totp_salt, researcher.totp_step = salt, step
    return new_recovery_codes(db, researcher)


def remove_authenticator(db: Session, researcher: Researcher) -> None:
    """The account is without a second factor; an owner has to add one again."""
    researcher.totp_salt = researcher.totp_step = None
    mine = RecoveryCode.researcher_id == researcher.id
    db.execute(delete(RecoveryCode).where(mine))


def is_second_factor(
    db: Session, researcher: Researcher, code: str, *, key: str, at: datetime
) -> bool:
    """Whether it is a code of the account that was not used before; it is now."""
    if researcher.totp_salt is None or len(code) > MAX_CODE_CHARACTERS:
        return False
    secret = secret_from(key, researcher.totp_salt)
    step = matching_step(
        secret, _digits(code), at_s=at.timestamp(), after_step=researcher.totp_step
    )
    if step is not None:
        researcher.totp_step = step
        return True
    spent = db.execute(
        delete(RecoveryCode)
        .where(RecoveryCode.researcher_id == researcher.id)
        .where(RecoveryCode.code_sha256 == hash_token(_letters(code)))
    )
    return bool(getattr(spent, "rowcount", 0))


def new_recovery_codes(db: Session, researcher: Researcher) -> list[str]:
    """Ten codes of 80 random bits in place of those there were."""
    mine = RecoveryCode.researcher_id == researcher.id
    db.execute(delete(RecoveryCode).where(mine))
    codes = [secrets.token_hex(10) for _ in range(N_RECOVERY_CODES)]
    db.add_all(
        RecoveryCode(code_sha256=hash_token(code), researcher_id=researcher.id)
        for code in codes
    )
    db.flush()
    return ["-".join(code[i : i + 5] for i in range(0, 20, 5)) for code in codes]


def _digits(code: str) -> str:
    """As people copy it, with a gap in the middle or without."""
    return "".join(code.split())


def _letters(code: str) -> str:
    return code.replace("-", "").replace(" ", "").lower()
