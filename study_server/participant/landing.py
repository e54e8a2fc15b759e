"""The first page: what the study is, in which language, and the consent."""

from datetime import datetime
from typing import NamedTuple

from flask import redirect, request, url_for
from flask import session as visit
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from study_server.current import config, database, landings, now, watch
from study_server.errors import AlreadyTookPartError, LinkError, NotOpenError
from study_server.models import Study, StudySession
from study_server.participant.arriving import (
    Arriving,
    arrival_token,
    find_own_sitting,
    keep_parameters,
    obstacle,
    who_arrives,
)
from study_server.participant.blueprint import is_simulated, participant
from study_server.participant.enrolling import give_place
from study_server.participant.languages import choose_language, language_before_start
from study_server.participant.onlookers import is_person
from study_server.participant.outcomes import show_already_took_part
from study_server.participant.showing import show
from study_server.participant.sitting import (
    go_to,
    remember,
    resume_sitting,
)
from study_server.services.endings import is_over
from study_server.services.enrolment import Enrolment, is_open
from study_server.services.identities import session_of_person
from study_server.services.recognition import find_session
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
    keep_parameters(study_id)
    with database().read() as db:
        study = get_study(db, study_id)
        arriving = who_arrives(db, definition_of(study))
        if find_own_sitting(db, study_id, arriving) is None:
            return _page_before_start(db, study, arriving)
    with database().write() as db:
        session = resume_sitting(db, study_id)
        if session is not None and is_over(session):
            return redirect(url_for("participant.already_took_part", study_id=study_id))
        return go_to(session, study_id)


@participant.post("/<study_id>/start")
def start(study_id: str) -> ResponseReturnValue:
    """Store the consent and give the participant a place, or the one they have."""
    with database().write() as db:
        study = get_study(db, study_id)
        definition = definition_of(study)
        arriving = who_arrives(db, definition)
        if (session := find_own_sitting(db, study_id, arriving)) is not None:
            return go_to(session, study_id)
        if request.form.get("consent") != "yes":
            return _consent_page(db, study, is_consent_missing=True), 422
        token = arrival_token(study_id, arriving)
        if (session := find_session(db, study_id, token)) is not None:
            return _seat(session, study_id, token)  # Start was pressed twice
        own = session_of_person(db, arriving.identity.pseudonym)
        if own is None and (reason := obstacle(definition, arriving)):
            return _message(db, study, reason), 403
        try:
            enrolment = _enrol(db, study, arriving, token)
        except AlreadyTookPartError as error:
            return show_already_took_part(db, study, error.session), 409
        except LinkError:
            return _message(db, study, "bad_link"), 403
        except NotOpenError:
            return redirect(url_for("participant.not_open", study_id=study_id), 303)
    return _seat(enrolment.session, study_id, enrolment.token)


@participant.post("/<study_id>/decline")
def decline(study_id: str) -> ResponseReturnValue:
    """Not taking part: nothing is stored about it."""
    return redirect(url_for("participant.no_consent", study_id=study_id), 303)


def _page_before_start(
    db: Session, study: Study, arriving: Arriving
) -> ResponseReturnValue:
    """The consent; or another page, for who was here before or cannot begin."""
    definition = definition_of(study)
    choose_language(definition, request.args.get("lang"))
    own = session_of_person(db, arriving.identity.pseudonym)
    if own is not None:
        arrival_token(study.study_id, arriving)
        if is_over(own) or own.study_id != study.study_id:
            return show_already_took_part(db, study, own)
        return show(db, study, "resume", language=own.language)
    if reason := obstacle(definition, arriving):
        return _message(db, study, reason)
    if watch().trouble() is not None or not is_open(db, study, now=now()):
        return redirect(url_for("participant.not_open", study_id=study.study_id), 303)
    arrival_token(study.study_id, arriving)
    visit.setdefault(OPENED_AT, now().isoformat())
    _count_landing(study.study_id)
    return _consent_page(db, study)


def _count_landing(study_id: str) -> None:
    """Count a person who sees the consent, once in each browser."""
    key = f"landed {study_id}"
    if key in visit or is_simulated() or config().is_preview:
        return
    if is_person(dict(request.headers)):
        visit[key] = True
        landings().note(database(), study_id)


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


def _message(db: Session, study: Study, reason: str) -> str:
    """A page that says why this link does not let anybody begin."""
    words = catalogue_of(db, study, language_before_start(definition_of(study)))
    return show(
        db,
        study,
        "message",
        heading=words.say(f"recruitment.{reason}.title"),
        message=words.say(f"recruitment.{reason}.text"),
    )


def _enrol(db: Session, study: Study, arriving: Arriving, token: str) -> Enrolment:
    """Give a place, in the language that the consent was read in."""
    opened_at = visit.pop(OPENED_AT, None)
    return give_place(
        db,
        study,
        arriving,
        token=token,
        language=language_before_start(definition_of(study)),
        opened_at=datetime.fromisoformat(opened_at) if opened_at else None,
    )


def _seat(session: StudySession, study_id: str, token: str) -> Response:
    """To the session's page, with the secret by which the browser is known there."""
    answer = go_to(session, study_id)
    remember(answer, study_id, token)
    return answer
