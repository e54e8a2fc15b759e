"""The first page: what the study is, in which language, and the consent."""

from datetime import datetime
from typing import NamedTuple

from flask import redirect, request, url_for
from flask import session as visit
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from study_server.errors import NotOpenError
from study_server.models import Study, StudySession
from study_server.participant.blueprint import database, now, participant
from study_server.participant.enrolling import give_place
from study_server.participant.languages import choose_language, language_before_start
from study_server.participant.showing import show
from study_server.participant.sitting import (
    arrival_token,
    find_sitting,
    go_to,
    remember,
    resume_sitting,
)
from study_server.services.endings import is_over
from study_server.services.enrolment import (
    Enrolment,
    find_session,
    is_open,
    queue_arrivals,
)
from study_server.services.studies import definition_of, get_study
from study_server.services.texts import catalogue_of

OPENED_AT = "landing opened at"
"""Where the visit's cookie keeps since when the first page is open."""


class LanguageLink(NamedTuple):
    """A language to choose."""

    tag: str
    name: str
    """In that language itself."""
    direction: str


@participant.get("/<study_id>/")
def landing(study_id: str) -> ResponseReturnValue:
    """What the study is, and the consent form; looking at it changes nothing."""
    with database().read() as db:
        study = get_study(db, study_id)
        if find_sitting(db, study_id) is None:
            return _first_page(db, study)
    with database().write() as db:
        session = resume_sitting(db, study_id)
        if session is not None and is_over(session):
            return redirect(url_for("participant.already_took_part", study_id=study_id))
        return go_to(session, study_id)


@participant.post("/<study_id>/start")
def start(study_id: str) -> ResponseReturnValue:
    """Store the consent and give the participant a place."""
    with database().write() as db:
        study = get_study(db, study_id)
        if (session := find_sitting(db, study_id)) is not None:
            return go_to(session, study_id)
        if request.form.get("consent") != "yes":
            return _consent_page(db, study, is_consent_missing=True), 422
        token = arrival_token(study_id)
        queue_arrivals(db, study)
        if (session := find_session(db, study_id, token)) is not None:
            return _seat(session, study_id, token)  # Start was pressed twice
        try:
            enrolment = _enrol(db, study, token)
        except NotOpenError:
            return redirect(url_for("participant.not_open", study_id=study_id), 303)
    return _seat(enrolment.session, study_id, enrolment.token)


@participant.post("/<study_id>/decline")
def decline(study_id: str) -> ResponseReturnValue:
    """Not taking part: nothing is stored about it."""
    return redirect(url_for("participant.no_consent", study_id=study_id), 303)


def _first_page(db: Session, study: Study) -> ResponseReturnValue:
    choose_language(definition_of(study))
    if not is_open(db, study, now=now()):
        return redirect(url_for("participant.not_open", study_id=study.study_id), 303)
    arrival_token(study.study_id)
    visit.setdefault(OPENED_AT, now().isoformat())
    return _consent_page(db, study)


def _consent_page(
    db: Session, study: Study, *, is_consent_missing: bool = False
) -> str:
    languages = []
    for tag in definition_of(study).offered_languages:
        words = catalogue_of(db, study, tag)
        languages.append(LanguageLink(tag, words.say("language.name"), words.direction))
    return show(
        db,
        study,
        "landing",
        languages=languages,
        is_consent_missing=is_consent_missing,
    )


def _enrol(db: Session, study: Study, token: str) -> Enrolment:
    """Give a place, in the language that the consent was read in."""
    opened_at = visit.pop(OPENED_AT, None)
    return give_place(
        db,
        study,
        token=token,
        language=language_before_start(definition_of(study)),
        opened_at=datetime.fromisoformat(opened_at) if opened_at else None,
    )


def _seat(session: StudySession, study_id: str, token: str) -> Response:
    """To the session's page, with the secret by which the browser is known there."""
    answer = go_to(session, study_id)
    remember(answer, study_id, token)
    return answer
