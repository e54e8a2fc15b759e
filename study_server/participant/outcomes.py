"""The eight pages a visit can end on, each with its code and its way back."""

from dataclasses import dataclass

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from study_server.current import config, database, now
from study_server.design.definition import StudyDefinition
from study_server.models import Outcome, OutcomeReason, Study, StudySession
from study_server.participant.arriving import arrival_here
from study_server.participant.blueprint import participant
from study_server.participant.showing import show, show_session
from study_server.participant.sitting import (
    find_sitting,
    go_to,
    page_of,
    resume_sitting,
)
from study_server.recruitment.pseudonym import own_code
from study_server.recruitment.returning import Origin, way_back
from study_server.services.endings import end, is_over
from study_server.services.identities import identity_of
from study_server.services.rejections import lacks_rejected
from study_server.services.studies import definition_of, get_study

OF_SESSIONS = (
    Outcome.COMPLETED,
    Outcome.SCREENED_OUT,
    Outcome.WITHDRAWN,
    Outcome.TIMED_OUT,
)
"""Pages that only a session which ended so can open."""

REFERENCE_CHARACTERS = 8
"""Of the session's id: enough to find it in the tables."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """What a final page shows besides its words."""

    name: Outcome
    reason: OutcomeReason | None
    code: str | None
    return_url: str | None
    return_after_s: int | None
    reference: str | None
    """By which researchers find the session."""


def ending_of(
    definition: StudyDefinition,
    name: Outcome,
    session: StudySession | None = None,
    *,
    origin: Origin | None = None,
) -> Ending:
    """What the study hands out at this end.

    Args:
        origin: the ids the participant came with, for the way back.
    """
    part = definition.outcome(name.value)
    code = part.code
    if code and session and definition.recruitment.has_own_codes:
        code = own_code(config().pseudonym_key(), code, session.session_id)
    reason = session.outcome_reason if session else None
    return Ending(
        name=name,
        reason=OutcomeReason(reason) if reason else None,
        code=code,
        return_url=way_back(definition.recruitment, part, origin, code=code),
        return_after_s=part.return_after_s,
        reference=session.session_id[:REFERENCE_CHARACTERS] if session else None,
    )


def _session_page(study_id: str, name: Outcome) -> ResponseReturnValue:
    with database().write() as db:
        session = find_sitting(db, study_id)
        if session is None or page_of(session) != f"participant.{name}":
            return go_to(session, study_id)
        return _show_ending(db, session, name)


@participant.get("/<study_id>/completed")
def completed(study_id: str) -> ResponseReturnValue:
    """Thanks, explanation and code; only once everything is stored."""
    return _session_page(study_id, Outcome.COMPLETED)


@participant.get("/<study_id>/screened-out")
def screened_out(study_id: str) -> ResponseReturnValue:
    """Device, questions or practice were not passed."""
    return _session_page(study_id, Outcome.SCREENED_OUT)


@participant.get("/<study_id>/withdrawn")
def withdrawn(study_id: str) -> ResponseReturnValue:
    """Goodbye to those who stopped."""
    return _session_page(study_id, Outcome.WITHDRAWN)


@participant.get("/<study_id>/timed-out")
def timed_out(study_id: str) -> ResponseReturnValue:
    """Whoever was away for too long."""
    return _session_page(study_id, Outcome.TIMED_OUT)


@participant.get("/<study_id>/no-consent")
def no_consent(study_id: str) -> ResponseReturnValue:
    """Thanks to those who decline."""
    with database().read() as db:
        session = find_sitting(db, study_id)
        if session is not None:
            return go_to(session, study_id)
        return _show_without_session(db, get_study(db, study_id), Outcome.NO_CONSENT)


@participant.get("/<study_id>/not-open")
def not_open(study_id: str) -> ResponseReturnValue:
    """Paused, closed and full look the same from outside."""
    with database().write() as db:
        session = find_sitting(db, study_id)
        if session is None:
            return _show_without_session(db, get_study(db, study_id), Outcome.NOT_OPEN)
        if page_of(session) != "participant.not_open":
            return go_to(session, study_id)
        return _show_ending(db, session, Outcome.NOT_OPEN)


@participant.get("/<study_id>/already-took-part")
def already_took_part(study_id: str) -> ResponseReturnValue:
    """The study's link, opened again after the end: how it ended, and its page."""
    with database().read() as db:
        session = find_sitting(db, study_id)
        if session is None or not is_over(session):
            return go_to(session, study_id)
        return show_already_took_part(db, session.study, session, is_own=True)


def show_already_took_part(
    db: Session, study: Study, session: StudySession, *, is_own: bool = False
) -> str:
    """How somebody's first time ended.

    Args:
        is_own: whether the browser holds the session's secret, so that the page of its
            end, with the code, opens for it.
    """
    definition = definition_of(study)
    name = Outcome.ALREADY_TOOK_PART
    page = url_for(page_of(session), study_id=session.study_id) if is_own else None
    is_offered = session.language in definition.offered_languages
    return show(
        db,
        study,
        "outcome",
        language=session.language if is_offered else "",
        ending=ending_of(definition, name, session, origin=arrival_here(definition)),
        first_outcome=session.outcome,
        first_page=page,
    )


@participant.route("/<study_id>/technical-problem", methods=["GET", "POST"])
def technical_problem(study_id: str) -> ResponseReturnValue:
    """Ask whether to end here; then the code, and a number to quote.

    Nothing is asked where an answer was refused: the session could never be complete.
    """
    with database().write() as db:
        session = resume_sitting(db, study_id)
        if session is None:
            return go_to(session, study_id)
        if not is_over(session):
            if request.method == "GET" and not lacks_rejected(db, session):
                back = url_for(page_of(session), study_id=study_id)
                return show_session(db, session, "technical_problem", back=back)
            end(session, Outcome.TECHNICAL_PROBLEM, ended_at=now())
            return redirect(request.path, 303)
        if page_of(session) != "participant.technical_problem":
            return go_to(session, study_id)
        return _show_ending(db, session, Outcome.TECHNICAL_PROBLEM)


def _show_ending(db: Session, session: StudySession, name: Outcome) -> str:
    definition = definition_of(session.study)
    origin = identity_of(db, session)
    ending = ending_of(definition, name, session, origin=origin)
    if session.outcome_reason == OutcomeReason.ERASE:  # nothing is stored of them
        study, language = session.study, session.language
        return show(db, study, "outcome", language=language, ending=ending)
    return show_session(db, session, "outcome", page=name, ending=ending)


def _show_without_session(db: Session, study: Study, name: Outcome) -> str:
    definition = definition_of(study)
    ending = ending_of(definition, name, origin=arrival_here(definition))
    return show(db, study, "outcome", ending=ending)
