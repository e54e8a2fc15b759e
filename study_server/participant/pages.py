"""The pages of a session, in the order a participant meets them."""

from math import ceil

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from study_server.catalogue import built_in, for_script
from study_server.design.definition import StudyDefinition
from study_server.errors import NotOpenError
from study_server.models import StudySession
from study_server.participant.blueprint import (
    config,
    database,
    is_simulated,
    now,
    participant,
    randomness,
)
from study_server.participant.sitting import (
    arrival_token,
    find_sitting,
    page_of,
    remember,
    study_of,
)
from study_server.services.bundles import load_bundle
from study_server.services.enrolment import enrol, find_session, is_open
from study_server.services.progress import complete, finish_instructions
from study_server.services.studies import definition_of, get_study

MAX_STRATEGY_LENGTH = 4000


@participant.get("/<study_id>/")
def landing(study_id: str) -> ResponseReturnValue:
    """What the study is, and the consent form; looking at it changes nothing."""
    with database().read() as db:
        study = get_study(db, study_id)
        if (session := find_sitting(db, study_id)) is not None:
            return go_to(session, study_id)
        if not is_open(db, study, now=now()):
            return redirect(url_for("participant.not_open", study_id=study_id), 303)
        arrival_token(study_id)
        return show("landing", definition_of(study))


@participant.post("/<study_id>/start")
def start(study_id: str) -> ResponseReturnValue:
    """Store the consent and give the participant a place."""
    with database().write() as db:
        study = get_study(db, study_id)
        if (session := find_sitting(db, study_id)) is not None:
            return go_to(session, study_id)
        if request.form.get("consent") != "yes":
            return show("landing", definition_of(study), is_consent_missing=True), 422
        token = arrival_token(study_id)
        if (session := find_session(db, study_id, token)) is not None:
            return _seat(session, study_id, token)  # Start was pressed twice
        bundle = load_bundle(config().bundles_dir, study.bundle_id)
        try:
            enrolment = enrol(
                db,
                study,
                bundle,
                started_at=now(),
                rng=randomness(),
                is_simulated=is_simulated(),
                token=token,
            )
        except NotOpenError:
            return redirect(url_for("participant.not_open", study_id=study_id), 303)
    return _seat(enrolment.session, study_id, enrolment.token)


@participant.post("/<study_id>/decline")
def decline(study_id: str) -> ResponseReturnValue:
    """Not taking part: nothing is stored about it."""
    return redirect(url_for("participant.no_consent", study_id=study_id), 303)


@participant.get("/<study_id>/no-consent")
def no_consent(study_id: str) -> ResponseReturnValue:
    """Thanks to those who decline."""
    with database().read() as db:
        return show("no_consent", definition_of(get_study(db, study_id)))


@participant.get("/<study_id>/not-open")
def not_open(study_id: str) -> ResponseReturnValue:
    """Paused, closed and full look the same from outside."""
    with database().read() as db:
        return show("not_open", definition_of(get_study(db, study_id)))


@participant.route("/<study_id>/instructions", methods=["GET", "POST"])
def instructions(study_id: str) -> ResponseReturnValue:
    """What to do; the way on opens after a minimum time, kept by the server."""
    with database().write() as db:
        session = find_sitting(db, study_id)
        if session is None or page_of(session) != "participant.instructions":
            return go_to(session, study_id)
        definition = definition_of(study_of(db, session))
        min_ms = definition.timing.instructions_min_ms
        missing_ms = _missing_ms(session, min_ms)
        if request.method == "POST":
            missing_ms = finish_instructions(session, min_ms=min_ms, left_at=now())
            if not missing_ms:
                return go_to(session, study_id)
        return show(
            "instructions",
            definition,
            missing_ms=ceil(missing_ms),
            is_early=request.method == "POST",
        )


@participant.get("/<study_id>/trial")
def trial(study_id: str) -> ResponseReturnValue:
    """The page of the trial runner; practice and main trials happen on it."""
    with database().read() as db:
        session = find_sitting(db, study_id)
        if session is None or page_of(session) != "participant.trial":
            return go_to(session, study_id)
        return show("trial", definition_of(study_of(db, session)))


@participant.route("/<study_id>/questions", methods=["GET", "POST"])
def questions(study_id: str) -> ResponseReturnValue:
    """A few questions; answering them completes the session."""
    with database().write() as db:
        session = find_sitting(db, study_id)
        if session is None or page_of(session) != "participant.questions":
            return go_to(session, study_id)
        definition = definition_of(study_of(db, session))
        if request.method == "GET":
            return show("questions", definition, missing=[], answers={})
        if missing := unanswered():
            page = show("questions", definition, missing=missing, answers=request.form)
            return page, 422
        _complete(db, session)
        return go_to(session, study_id)


@participant.get("/<study_id>/completed")
def completed(study_id: str) -> ResponseReturnValue:
    """Thanks, explanation and code; only once everything is stored."""
    with database().read() as db:
        session = find_sitting(db, study_id)
        if session is None or page_of(session) != "participant.completed":
            return go_to(session, study_id)
        definition = definition_of(study_of(db, session))
        return show("completed", definition, code=definition.study.completion_code)


def show(template: str, definition: StudyDefinition, **values: object) -> str:
    """One page of a study."""
    catalogue = built_in("en")
    return render_template(
        f"participant/{template}.html",
        t=catalogue.say,
        script_texts=for_script(
            {**catalogue.part("runner"), **catalogue.part("trial")}
        ),
        study=definition.study,
        timing=definition.timing,
        texts=definition.texts,
        n_tiles=definition.design.n_panel_tiles,
        **values,
    )


def go_to(session: StudySession | None, study_id: str) -> Response:
    """Send a browser to the page its session stands on, or to the beginning."""
    endpoint = "participant.landing" if session is None else page_of(session)
    return redirect(url_for(endpoint, study_id=study_id), 303)


def unanswered() -> list[str]:
    """The questions without a usable answer."""
    missing = []
    if request.form.get("difficulty") not in {"1", "2", "3", "4", "5"}:
        missing.append("difficulty")
    if request.form.get("data_use") not in {"yes", "no"}:
        missing.append("data_use")
    return missing


def _seat(session: StudySession, study_id: str, token: str) -> Response:
    """To the session's page, with the secret by which the browser is known there."""
    answer = go_to(session, study_id)
    remember(answer, study_id, token)
    return answer


def _complete(db: Session, session: StudySession) -> None:
    complete(
        db,
        session,
        difficulty=int(request.form["difficulty"]),
        strategy=request.form.get("strategy", "").strip()[:MAX_STRATEGY_LENGTH],
        data_use=request.form["data_use"] == "yes",
        completed_at=now(),
    )


def _missing_ms(session: StudySession, min_ms: int) -> float:
    if session.consented_at is None:
        return 0.0
    shown_ms = (now() - session.consented_at).total_seconds() * 1000
    return max(0.0, min_ms - shown_ms)
