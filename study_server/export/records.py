"""How the tables of a session's records are read. No Flask."""

from typing import Any

from sqlalchemy import ColumnElement, Integer, ScalarSelect, Select, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute

from study_server.models import (
    Answer,
    ComprehensionAttempt,
    PageEvent,
    PageVisit,
    Response,
    ResponseConflict,
    ResponseRejected,
    Study,
    StudySession,
    StudyTexts,
    Trial,
    TrialKind,
)

Expression = ColumnElement[Any] | InstrumentedAttribute[Any]


def select_pages() -> Select[Any]:
    """One row per stay on a page."""
    return _of_sessions(
        PageVisit.session_id,
        PageVisit.visit_index,
        PageVisit.page,
        PageVisit.language.label("page_language"),
        PageVisit.opened_at,
        PageVisit.left_at,
        PageVisit.dwell_ms,
    ).order_by(PageVisit.session_id, PageVisit.visit_index)


def select_events() -> Select[Any]:
    """One row per event of a page during a trial."""
    return _of_sessions(
        PageEvent.session_id,
        PageEvent.trial_id,
        PageEvent.event,
        PageEvent.start_ms,
        PageEvent.duration_ms,
        PageEvent.started_at,
        PageEvent.value,
    ).order_by(PageEvent.session_id, PageEvent.event_id)


def select_comprehension() -> Select[Any]:
    """One row per try at the questions on the instructions."""
    attempt = ComprehensionAttempt
    return _of_sessions(
        attempt.session_id,
        attempt.attempt_index,
        attempt.answers,
        attempt.n_items,
        attempt.n_correct,
        attempt.submitted_at,
    ).order_by(attempt.session_id, attempt.attempt_index)


def select_answers() -> Select[Any]:
    """One row per answer to one of the study's own questions."""
    return _of_sessions(
        Answer.session_id,
        Answer.question,
        Answer.answer,
        Answer.is_pasted,
        Answer.answered_at,
    ).order_by(Answer.session_id, Answer.question)


def select_conflicts() -> Select[Any]:
    """One row per answer that differs from the one that stands."""
    return (
        _of_sessions(
            Trial.session_id,
            Trial.trial_id,
            ResponseConflict.response_id,
            ResponseConflict.payload,
            ResponseConflict.received_at,
        )
        .join(ResponseConflict, ResponseConflict.trial_id == Trial.trial_id)
        .order_by(Trial.session_id, ResponseConflict.response_id)
    )


def select_rejected() -> Select[Any]:
    """One row per body that was no response."""
    rejected = ResponseRejected
    return _of_sessions(
        rejected.session_id,
        rejected.trial_id,
        rejected.body,
        rejected.reason,
        rejected.received_at,
    ).order_by(rejected.session_id, rejected.body_sha256)


def select_chains() -> Select[Any]:
    """One row per session: the end of its chain."""
    return (
        select(
            *columns(
                StudySession.session_id,
                StudySession.n_stored,
                StudySession.chain_digest,
            )
        )
        .join(Study)
        .order_by(StudySession.session_id)
    )


def _of_sessions(session_id: Expression, *others: Expression) -> Select[Any]:
    """Columns of a table that names its session, beside session and study."""
    return (
        select(*columns(session_id, *others))
        .join(StudySession, StudySession.session_id == session_id)
        .join(Study)
    )


def select_consents() -> Select[Any]:
    """One row per version and language, also of those that nobody read."""
    return (
        select(
            *columns(
                Study.version,
                StudyTexts.language.label("text_language"),
                StudyTexts.consent_sha256,
                StudyTexts.consent,
            )
        )
        .join(Study)
        .order_by(Study.version, StudyTexts.language)
    )


def columns(*found: Expression) -> tuple[Expression, ...]:
    """Columns of any types, so that all tables are read by one kind of query."""
    return found


def answers_of_participants() -> dict[str, ColumnElement[Any]]:
    """Columns of participants.csv that come from the study's usual questions."""
    return {
        "difficulty": cast(_answer("difficulty"), Integer),
        "strategy": _answer("strategy"),
        "images_shown": _is_yes("images_shown"),
        "data_use": _is_yes("data_use"),
    }


def records_of_participants() -> dict[str, ColumnElement[Any]]:
    """Columns of participants.csv that count a session's records."""
    tries = select(func.count(ComprehensionAttempt.id)).where(
        ComprehensionAttempt.session_id == StudySession.session_id
    )
    rounds = (
        select(func.count(Trial.practice_round.distinct()))
        .join(Response, Response.trial_id == Trial.trial_id)
        .where(
            Trial.session_id == StudySession.session_id,
            Trial.trial_kind == TrialKind.PRACTICE,
        )
    )
    return {
        "n_comprehension_attempts": tries.correlate(StudySession).scalar_subquery(),
        "n_practice_rounds": rounds.correlate(StudySession).scalar_subquery(),
    }


def _answer(question: str) -> ScalarSelect[str]:
    query = select(Answer.answer).where(
        Answer.session_id == StudySession.session_id, Answer.question == question
    )
    return query.correlate(StudySession).scalar_subquery()


def _is_yes(question: str) -> ScalarSelect[bool]:
    query = select(Answer.answer == "yes").where(
        Answer.session_id == StudySession.session_id, Answer.question == question
    )
    return query.correlate(StudySession).scalar_subquery()
