"""Beginning a session once, however often the request comes. No Flask."""

import hashlib
import hmac
import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from study_server.errors import ResponseRefusedError
from study_server.models import StartRequest, StudySession
from study_server.services.responses import as_json

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

Begin = Callable[[str], tuple[StudySession, dict[str, Any]]]


def start_token(key: str, *, study_id: str, secret_key: str) -> str:
    """The secret of the session that a request with this key begins.

    It follows from the key, so that it need not be stored to be told again.

    Raises:
        ResponseRefusedError: the key is no UUID; a shorter one could be guessed.
    """
    if not UUID.fullmatch(key):
        raise ResponseRefusedError(
            f"Idempotency-Key: must be a random UUID; got {key!r}"
        )
    text = f"start {study_id} {key.lower()}"
    return hmac.digest(secret_key.encode(), text.encode(), hashlib.sha256).hex()[:32]


def start_once(
    db: Session, token: str, body: bytes, begin: Begin, *, received_at: datetime
) -> str:
    """The answer to a request for a place: the first one, if it came before.

    Args:
        db: open write transaction. Two of the same at once: one of them ends with an
            IntegrityError of the database, and finds the other's answer when repeated.
        token: from `start_token`.
        body: of the request.
        begin: gives a place to the holder of the token; returns session and answer.

    Returns:
        JSON, the token in it.

    Raises:
        ResponseRefusedError: the key came with another request before.
    """
    key_sha256 = hashlib.sha256(f"start {token}".encode()).hexdigest()
    request_sha256 = hashlib.sha256(body).hexdigest()
    earlier = db.get(StartRequest, key_sha256)
    if earlier is None:
        session, answer = begin(token)
        earlier = StartRequest(
            key_sha256=key_sha256,
            session_id=session.session_id,
            request_sha256=request_sha256,
            answer=as_json(answer),
            received_at=received_at,
        )
        db.add(earlier)
        db.flush()
    elif earlier.request_sha256 != request_sha256:
        raise ResponseRefusedError(
            "Idempotency-Key: was used for another request; a new one needs a new key"
        )
    return as_json({**json.loads(earlier.answer), "token": token})
