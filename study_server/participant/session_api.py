"""A whole session in JSON, for a lab's own front end: the pages' stages without pages.

Every answer is the state of the session after what was asked.
"""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from study_server.current import config, database, now
from study_server.design.definition import StudyDefinition
from study_server.errors import (
    AlreadyTookPartError,
    LinkError,
    NotNowError,
    NotOpenError,
    ResponseRefusedError,
)
from study_server.models import Stage, Study, StudySession
from study_server.participant.api import no_session
from study_server.participant.arriving import obstacle, who_arrives
from study_server.participant.blueprint import participant
from study_server.participant.enrolling import give_place, give_plan
from study_server.participant.session_bodies import (
    Answers,
    ComprehensionAnswers,
    DeviceBody,
    StartBody,
    StopBody,
    TurnBody,
    read_body,
)
from study_server.participant.session_view import session_json
from study_server.participant.sitting import resume_sitting
from study_server.services.comprehension import items_of, record_attempt
from study_server.services.device import DeviceReport, pass_device_check
from study_server.services.endings import is_over
from study_server.services.enrolment import is_open
from study_server.services.identities import session_of_person
from study_server.services.instructions import turn_page
from study_server.services.progress import complete
from study_server.services.questions import (
    end_if_quota_is_full,
    questions_of,
    store_answers,
    unanswered,
)
from study_server.services.script import move_on
from study_server.services.starts import start_once, start_token
from study_server.services.studies import definition_of, get_study
from study_server.services.texts import consent_sha256
from study_server.services.withdrawal import withdraw
from study_server.trouble import RETRY_AFTER_S

REFUSALS = {
    "preview": "the platform only shows the task; nobody has accepted it yet",
    "bad_link": "a personal link that lets somebody begin is needed",
    "no_id": "the participant's id on the platform is missing",
}
"""Why a link lets nobody begin."""

Act = Callable[[Session, StudySession, StudyDefinition], None]


@participant.get("/<study_id>/api/study")
def study_facts(study_id: str) -> ResponseReturnValue:
    """What a first page says: what the study is, and the consent in each language."""
    with database().read() as db:
        study = get_study(db, study_id)
        definition = definition_of(study)
        languages = [
            {
                "language": language,
                "title": definition.title_in(language),
                "consent": (consent := definition.texts_in(language).consent),
                "consent_sha256": consent_sha256(consent),
            }
            for language in definition.offered_languages
        ]
        return jsonify(
            study_id=study_id,
            version=study.version,
            is_open=is_open(db, study, now=now()),
            estimated_minutes=definition.study.estimated_minutes,
            contact=definition.study.contact,
            languages=languages,
        )


@participant.post("/<study_id>/api/session")
def start_session(study_id: str) -> ResponseReturnValue:
    """Store the consent and give the participant a place, and the secret to show.

    Repeated with the same Idempotency-Key it changes nothing and answers the same.
    """
    try:
        try:
            answer = _start(study_id)
        except IntegrityError:  # the same request, at the same moment, was faster
            answer = _start(study_id)
    except ResponseRefusedError as error:
        return refused(error)
    except NotNowError as error:
        retry = {"Retry-After": str(RETRY_AFTER_S)}
        return jsonify(error="not_now", message=str(error)), 503, retry
    except (NotOpenError, LinkError) as error:
        return jsonify(error="not_open", message=str(error)), 409
    except AlreadyTookPartError as error:
        return jsonify(error="already_took_part", message=str(error)), 409
    return Response(answer, 201, mimetype="application/json")


def _start(study_id: str) -> str:
    body = read_body(StartBody)
    key = request.headers.get("Idempotency-Key")
    token = start_token(
        key or str(uuid4()), study_id=study_id, secret_key=config().secret_key()
    )
    with database().write() as db:
        study = get_study(db, study_id)

        def begin(token: str) -> tuple[StudySession, dict[str, Any]]:
            session = _enrol(db, study, body, token)
            return session, session_json(db, session)

        sent = request.get_data()
        return start_once(db, token, sent, begin, received_at=now())


@participant.get("/<study_id>/api/session")
def session_state(study_id: str) -> ResponseReturnValue:
    """Where the session stands, and what is asked there."""
    with database().write() as db:
        session = resume_sitting(db, study_id)
        if session is None:
            return no_session(study_id)
        return jsonify(session_json(db, session))


@participant.post("/<study_id>/api/session/device")
def check_device(study_id: str) -> ResponseReturnValue:
    """Tell what the browser can do; refused if it cannot show the trials."""

    def act(db: Session, session: StudySession, definition: StudyDefinition) -> None:
        report = DeviceReport(**read_body(DeviceBody).model_dump())
        display = definition.display
        if not pass_device_check(session, report, display, checked_at=now()):
            raise ResponseRefusedError(
                "this device cannot show the trials: modules, decode and pointer "
                "events are needed, and a window as large as the study asks for"
            )
        give_plan(db, session)
        move_on(db, session, definition, left_at=now())

    return _act_on(study_id, Stage.DEVICE, act)


@participant.post("/<study_id>/api/session/screening")
def answer_screening(study_id: str) -> ResponseReturnValue:
    """Answer the questions before the instructions."""

    def act(db: Session, session: StudySession, definition: StudyDefinition) -> None:
        _store_answers(db, session, definition, stage="screening")
        answered_at = now()
        if not end_if_quota_is_full(db, session, definition, answered_at=answered_at):
            move_on(db, session, definition, left_at=answered_at)

    return _act_on(study_id, Stage.SCREENING, act)


@participant.post("/<study_id>/api/session/instructions")
def turn_instructions(study_id: str) -> ResponseReturnValue:
    """Turn a page; the last one can be left only after the study's minimum time."""

    def act(db: Session, session: StudySession, definition: StudyDefinition) -> None:
        by = -1 if read_body(TurnBody).turn == "back" else 1
        if not turn_page(db, session, definition, by=by, turned_at=now()):
            raise ResponseRefusedError(
                "the instructions cannot be left yet; GET api/session says how many "
                "milliseconds are missing"
            )

    return _act_on(study_id, Stage.INSTRUCTIONS, act)


@participant.post("/<study_id>/api/session/comprehension")
def answer_comprehension(study_id: str) -> ResponseReturnValue:
    """Answer all questions on the instructions; every try is stored."""

    def act(db: Session, session: StudySession, definition: StudyDefinition) -> None:
        answers = read_body(ComprehensionAnswers).answers
        n_items = len(items_of(definition, session.language))
        if len(answers) != n_items:
            raise ResponseRefusedError(
                f"answers: there are {n_items} items; got {len(answers)} answers"
            )
        if record_attempt(db, session, definition, answers, submitted_at=now()):
            move_on(db, session, definition, left_at=now())

    return _act_on(study_id, Stage.COMPREHENSION, act)


@participant.post("/<study_id>/api/session/questions")
def answer_questions(study_id: str) -> ResponseReturnValue:
    """Answer the last questions; that completes the session."""

    def act(db: Session, session: StudySession, definition: StudyDefinition) -> None:
        _store_answers(db, session, definition, stage="end")
        complete(db, session, completed_at=now())

    return _act_on(study_id, Stage.DEBRIEF, act)


@participant.post("/<study_id>/api/session/stop")
def stop_session(study_id: str) -> ResponseReturnValue:
    """Stop for good, with the answers kept or erased."""

    def act(db: Session, session: StudySession, _: StudyDefinition) -> None:
        is_erasing = read_body(StopBody).wish == "erase"
        withdraw(db, session, is_erasing=is_erasing, withdrawn_at=now())

    return _act_on(study_id, None, act)


def refused(error: ResponseRefusedError) -> ResponseReturnValue:
    """What was sent is not stored."""
    return jsonify(error="refused", message=str(error)), 422


def _act_on(study_id: str, stage: Stage | None, act: Act) -> ResponseReturnValue:
    """Do something at the stage it belongs to; None: at any before the end."""
    request.get_data()  # nobody waits for a slow sender
    try:
        with database().write() as db:
            session = resume_sitting(db, study_id)
            if session is None:
                return no_session(study_id)
            if is_over(session) or stage not in (None, session.stage):
                return jsonify(error="wrong_stage", message=_stands(session)), 409
            act(db, session, definition_of(session.study))
            return jsonify(session_json(db, session))
    except ResponseRefusedError as error:
        return refused(error)


def _stands(session: StudySession) -> str:
    if is_over(session):
        return f"the session has ended: {session.outcome}"
    return f"the session stands at {session.stage}; GET api/session has all of it"


def _enrol(db: Session, study: Study, body: StartBody, token: str) -> StudySession:
    definition = definition_of(study)
    language = body.language or definition.study.language
    if language not in definition.offered_languages:
        offered = ", ".join(definition.offered_languages)
        raise ResponseRefusedError(
            f"language: the study is offered in {offered}; got {language!r}"
        )
    arriving = who_arrives(db, definition, body.parameters)
    own = session_of_person(db, arriving.identity.pseudonym)
    if own is None and (reason := obstacle(definition, arriving)):
        raise ResponseRefusedError(f"parameters: {REFUSALS[reason]}")
    return give_place(db, study, arriving, language=language, token=token).session


def _store_answers(
    db: Session, session: StudySession, definition: StudyDefinition, *, stage: str
) -> None:
    asked = questions_of(definition, stage)
    body = read_body(Answers)
    if missing := unanswered(asked, body.answers):
        raise ResponseRefusedError(f"no usable answer to: {', '.join(missing)}")
    store_answers(
        db, session, asked, body.answers, pasted=body.pasted, answered_at=now()
    )
