"""Who is asking: the session behind a cookie, and the page it belongs on."""

from collections.abc import Callable

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from study_server.current import config, database, now
from study_server.design.definition import StudyDefinition
from study_server.models import Stage, StudySession
from study_server.participant.secret import (
    cookie_name,
    shown_outbox_key,
    shown_secret,
)
from study_server.services.endings import is_over, note_absence
from study_server.services.outbox_key import find_by_outbox_key
from study_server.services.recognition import find_session
from study_server.services.studies import definition_of

COOKIE_MAX_AGE_S = 30 * 24 * 3600

PAGE_OF_STAGE = {
    Stage.CONSENT: "participant.landing",
    Stage.DEVICE: "participant.device",
    Stage.SCREENING: "participant.screening",
    Stage.INSTRUCTIONS: "participant.instructions",
    Stage.COMPREHENSION: "participant.comprehension",
    Stage.PRACTICE: "participant.trial",
    Stage.MAIN: "participant.trial",
    Stage.DEBRIEF: "participant.questions",
    Stage.COMPLETED: "participant.completed",
}


def find_sitting(db: Session, study_id: str) -> StudySession | None:
    """The session whose secret the browser holds for this study."""
    token = shown_secret()
    return find_session(db, study_id, token) if token else None


def resume_sitting(db: Session, study_id: str) -> StudySession | None:
    """The browser's session, ended first if it was left for too long.

    Needs a write transaction.
    """
    return _resume(db, find_sitting(db, study_id))


def resume_sender(db: Session, study_id: str) -> StudySession | None:
    """The session an answer belongs to: of the outbox's key if shown, or the browser's.

    Needs a write transaction.
    """
    key = shown_outbox_key()
    if key is None:
        return resume_sitting(db, study_id)
    return _resume(db, find_by_outbox_key(db, study_id, key, config().secret_key()))


def _resume(db: Session, session: StudySession | None) -> StudySession | None:
    if session is not None:
        definition = definition_of(session.study)
        note_absence(db, session, definition, returned_at=now())
    return session


def page_of(session: StudySession) -> str:
    """The endpoint a session stands on; every other page leads there."""
    if is_over(session):
        return f"participant.{session.outcome}"
    return PAGE_OF_STAGE[Stage(session.stage)]


def go_to(session: StudySession | None, study_id: str) -> Response:
    """Send a browser to the page its session stands on, or to the beginning."""
    endpoint = "participant.landing" if session is None else page_of(session)
    return redirect(url_for(endpoint, study_id=study_id), 303)


def answer_on(
    study_id: str,
    page: str,
    answer: Callable[[Session, StudySession, StudyDefinition], ResponseReturnValue],
) -> ResponseReturnValue:
    """What a page answers to the session that stands on it; others are sent on."""
    with database().write() as db:
        session = resume_sitting(db, study_id)
        if session is None or page_of(session) != f"participant.{page}":
            return go_to(session, study_id)
        return answer(db, session, definition_of(session.study))


def remember(answer: Response, study_id: str, token: str) -> None:
    """Give the browser the secret by which the session is found again."""
    answer.set_cookie(
        cookie_name(study_id),
        token,
        max_age=COOKIE_MAX_AGE_S,
        path=cookie_path(study_id),
        secure=config().has_https,
        httponly=True,
        samesite="Lax",
    )


def cookie_path(study_id: str) -> str:
    """Where browsers send the secret: to the study, or, over HTTPS, to this host."""
    if config().has_https:
        return "/"
    return url_for("participant.landing", study_id=study_id).rstrip("/")
