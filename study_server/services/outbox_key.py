"""The key by which a browser's outbox is known: it sends answers, and nothing else.

It outlives cookies: an answer kept in the browser is taken long after, whoever sits
there now. It also signs the recovery file. No Flask.
"""

import hashlib
import hmac

from sqlalchemy.orm import Session

from study_server.models import StudySession
from study_server.services.recognition import find_by_hash


def outbox_key(session: StudySession, secret_key: str) -> str:
    """`NAME.SECRET`: the first finds the session, the second proves the sender.

    Args:
        secret_key: of the server; it is in no database and no backup.
    """
    name = session.token_sha256
    secret = hmac.digest(secret_key.encode(), f"outbox {name}".encode(), hashlib.sha256)
    return f"{name}.{secret.hex()}"


def find_by_outbox_key(
    db: Session, study_id: str, key: str, secret_key: str
) -> StudySession | None:
    """The session whose outbox shows this key; None if the key is wrong."""
    session = find_by_hash(db, study_id, key.partition(".")[0])
    if session is None:
        return None
    right = outbox_key(session, secret_key)
    return session if hmac.compare_digest(right.encode(), key.encode()) else None
