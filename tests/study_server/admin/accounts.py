"""Researchers for tests, with a password and, where asked for, a second factor."""

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from study_server.config import ServerConfig
from study_server.models import Researcher, Role
from study_server.services.researchers import HASHER
from study_server.services.totp import STEP_S, code_at, secret_from
from tests.study_server.rows import MORNING

PASSWORD = "seven quiet herons"
PASSWORD_HASH = HASHER.hash(PASSWORD)
SALT = "0f" * 16


def add_account(
    db: Session, name: str, role: Role = Role.EDITOR, *, has_factor: bool = False
) -> Researcher:
    """An account whose password is `PASSWORD`."""
    researcher = Researcher(
        name=name,
        role=role,
        password_hash=PASSWORD_HASH,
        has_one_time_password=False,
        totp_salt=SALT if has_factor else None,
        created_at=MORNING,
    )
    db.add(researcher)
    db.flush()
    return researcher


def code_of(config: ServerConfig, *, at_s: float, salt: str = SALT) -> str:
    """What the authenticator shows."""
    return code_at(secret_from(config.secret_key(), salt), int(at_s // STEP_S))


def give_login(client: FlaskClient, token: str) -> None:
    """Let a browser hold a login's secret."""
    with client.session_transaction("/admin/") as cookie:
        cookie["login"] = token
