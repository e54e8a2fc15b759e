"""A participant's file of answers that could not be sent, checked and stored."""

import hashlib
import hmac
import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from study_server.errors import (
    RecoveryError,
    ResponseRefusedError,
    TrialNotFoundError,
)
from study_server.models import Origin, Response, ResponseConflict, StudySession
from study_server.participant.submission import read_submission, read_trial_id
from study_server.services.outbox_key import outbox_key
from study_server.services.rejections import keep_rejected
from study_server.services.responses import record_response


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class SessionPart(_Strict):
    """The answers of one session."""

    name: str
    """First part of the key of the session's outbox."""

    responses: list[Annotated[str, Field(max_length=65_536)]]
    """Bodies of `POST api/responses`, as they would have been sent."""

    signature: str | None
    """HMAC-SHA-256, by the key's second part, of name and bodies joined by newlines."""


class RecoveryFile(_Strict):
    """What `static/trial/recovery.js` writes."""

    format: Literal["answers 1"]
    sessions: list[SessionPart]


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """What became of the answers of a file."""

    n_sessions: int
    n_stored: int
    n_known: int
    """Stored before, by sending or by an earlier import."""
    n_conflicts: int
    n_erased: int
    n_refused: int


def import_file(
    db: Session, content: bytes, *, secret_key: str, imported_at: datetime
) -> Imported:
    """Store each answer of a file once, marked as recovered.

    Args:
        db: open write transaction: all of the file is stored, or nothing.
        secret_key: of the server, from which the keys of outboxes follow.

    Raises:
        RecoveryError: no such file, of an unknown session, or changed since it was
            signed.
    """
    try:
        file = RecoveryFile.model_validate_json(content)
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"])) or "the file"
        raise RecoveryError(
            f"this is no file of answers: {where}: {error.errors()[0]['msg']}. Ask for "
            "answers.json as it was saved."
        ) from error
    became: Counter[str] = Counter()
    for part in file.sessions:
        session = _owner(db, part, secret_key)
        for body in part.responses:
            became[_store(db, session, body.encode(), imported_at)] += 1
    return Imported(
        n_sessions=len(file.sessions),
        n_stored=became["stored"],
        n_known=became["known"],
        n_conflicts=became["conflict"],
        n_erased=became["erased"],
        n_refused=became["refused"],
    )


def _owner(db: Session, part: SessionPart, secret_key: str) -> StudySession:
    """The session that signed a part of the file."""
    query = select(StudySession).where(StudySession.token_sha256 == part.name)
    session = db.scalars(query.with_for_update()).one_or_none()
    if session is None:
        raise RecoveryError(
            f"no session has the outbox {part.name[:12]}…; is this the server, and the "
            "data folder, that the participant took the study on?"
        )
    if part.signature is None:
        raise RecoveryError(
            "the file is not signed: the page was not opened over HTTPS, and browsers "
            "sign on such pages only. Nothing was stored."
        )
    secret = outbox_key(session, secret_key).partition(".")[2]
    text = "\n".join([part.name, *part.responses])
    right = hmac.digest(secret.encode(), text.encode(), hashlib.sha256).hex()
    if not hmac.compare_digest(right.encode(), part.signature.encode()):
        raise RecoveryError(
            f"the signature of session {session.session_id} is wrong: the file was "
            "changed since it was saved, or the server's secret key was. Nothing was "
            "stored."
        )
    return session


def _store(
    db: Session, session: StudySession, body: bytes, imported_at: datetime
) -> str:
    """Store one answer; `stored`, `known`, `conflict`, `erased` or `refused`."""
    try:
        submission = read_submission(body)
        known = db.get(Response, submission.response_id) or db.get(
            ResponseConflict, submission.response_id
        )
        told = json.loads(
            record_response(
                db,
                session,
                submission,
                received_at=imported_at,
                origin=Origin.RECOVERED,
            )
        )
    except (ResponseRefusedError, TrialNotFoundError) as error:
        keep_rejected(
            db,
            session,
            body,
            reason=str(error),
            trial_id=read_trial_id(body),
            received_at=imported_at,
        )
        return "refused"
    if told.get("is_erased"):
        return "erased"
    if known is not None:
        return "known"
    return "conflict" if told["is_conflict"] else "stored"
