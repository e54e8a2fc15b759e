"""The rows of the export's tables. No Flask.

Each column of the codebook is read from the model attribute of the same name; the few
that are counted are named here. Rows stand in the order of their session's random id
and, within it, of the plan: the same data give the same rows.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from study_server.export.cells import cell
from study_server.export.codebook import TABLES
from study_server.export.records import (
    answers_of_participants,
    records_of_participants,
    select_answers,
    select_chains,
    select_comprehension,
    select_conflicts,
    select_consents,
    select_events,
    select_pages,
    select_rejected,
)
from study_server.models import (
    Base,
    NotShown,
    Response,
    ResponseConflict,
    Study,
    StudySession,
    Trial,
    TrialKind,
)

SESSION_FILTERS = ("all", "real", "simulated", "preview")
ROWS_PER_FETCH = 1000
"""Rows held in memory at a time."""

Expression = ColumnElement[Any] | InstrumentedAttribute[Any]

N_PANEL_TILES = func.json_array_length(Trial.panel_stimulus_ids)
"""How many images the panel of a trial has."""


def rows(
    db: Session, table: str, study_id: str, *, sessions: str
) -> Iterator[list[str]]:
    """The cells of one table, row by row, without the header.

    Args:
        db: open transaction; all tables read in it show the same moment.
        table: one of `TABLES`.
        sessions: `all`, `real` (people only), `simulated`, or `preview`, which no
            other includes.
    """
    columns = TABLES[table]
    is_chosen = in_study(study_id, sessions)
    if table == "consents":  # a text belongs to a version, not to a session
        is_chosen = [Study.study_id == study_id]
    statement = STATEMENTS[table]().where(*is_chosen)
    options = {"yield_per": ROWS_PER_FETCH}
    for row in db.execute(statement, execution_options=options):
        yield [cell(column, value) for column, value in zip(columns, row, strict=True)]


def count_sessions(db: Session, study_id: str, *, sessions: str) -> int:
    """How many sessions of the study the filter lets through."""
    statement = select(func.count()).select_from(StudySession).join(Study)
    return db.execute(statement.where(*in_study(study_id, sessions))).scalar_one()


def in_study(study_id: str, sessions: str) -> list[ColumnElement[bool]]:
    """What must hold of a session that is exported."""
    conditions: list[ColumnElement[bool]] = [
        Study.study_id == study_id,
        StudySession.is_preview.is_(sessions == "preview"),
    ]
    if sessions in ("real", "simulated"):
        conditions.append(StudySession.is_simulated.is_(sessions == "simulated"))
    return conditions


def select_participants() -> Select[Any]:
    """One row per session, also of those who stopped."""
    planned = main_trials_per_session(has_response=False)
    answered = main_trials_per_session(has_response=True)
    return (
        _select(
            "participants",
            StudySession,
            study_version=Study.version,
            n_main_trials=func.coalesce(planned.c.n, 0),
            n_main_responses=func.coalesce(answered.c.n, 0),
            **answers_of_participants(),
            **records_of_participants(),
        )
        .select_from(StudySession)
        .join(Study)
        .outerjoin(planned, planned.c.session_id == StudySession.session_id)
        .outerjoin(answered, answered.c.session_id == StudySession.session_id)
        .order_by(StudySession.session_id)
    )


def select_trials() -> Select[Any]:
    """One row per planned trial, also of those never shown."""
    return (
        _select(
            "trials",
            Trial,
            StudySession,
            is_not_shown=NotShown.trial_id.is_not(None),
            n_panel_tiles=N_PANEL_TILES,
        )
        .select_from(Trial)
        .outerjoin(NotShown, NotShown.trial_id == Trial.trial_id)
        .join(StudySession)
        .join(Study)
        .order_by(Trial.session_id, Trial.trial_index)
    )


def select_responses() -> Select[Any]:
    """One row per stored response."""
    conflicts = (
        select(ResponseConflict.trial_id, func.count().label("n"))
        .group_by(ResponseConflict.trial_id)
        .subquery()
    )
    return (
        _select(
            "responses",
            Response,
            Trial,
            StudySession,
            n_conflicts=func.coalesce(conflicts.c.n, 0),
            is_interrupted=Response.hidden_ms > 0,
            n_panel_tiles=N_PANEL_TILES,
        )
        .select_from(Response)
        .join(Trial)
        .join(StudySession)
        .join(Study)
        .outerjoin(conflicts, conflicts.c.trial_id == Response.trial_id)
        .order_by(Trial.session_id, Trial.trial_index)
    )


def select_assignment() -> Select[Any]:
    """One row per session, with the slot it was given, also of those who lost it."""
    return (
        _select("assignment", StudySession, leased_at=StudySession.created_at)
        .select_from(StudySession)
        .join(Study)
        .order_by(StudySession.slot_index, StudySession.created_at)
        .order_by(StudySession.session_id)
    )


STATEMENTS = {
    "participants": select_participants,
    "trials": select_trials,
    "responses": select_responses,
    "events": select_events,
    "pages": select_pages,
    "comprehension": select_comprehension,
    "answers": select_answers,
    "conflicts": select_conflicts,
    "rejected": select_rejected,
    "chains": select_chains,
    "consents": select_consents,
    "assignment": select_assignment,
}


def main_trials_per_session(*, has_response: bool) -> Subquery:
    """Session id and number `n` of its main trials, planned or answered."""
    statement = select(Trial.session_id, func.count().label("n"))
    if has_response:
        statement = statement.join(Response)
    return (
        statement.where(Trial.trial_kind == TrialKind.MAIN)
        .group_by(Trial.session_id)
        .subquery()
    )


def _select(table: str, *models: type[Base], **counted: Expression) -> Select[Any]:
    """A query for the table's columns: counted, or from the first model that has it."""
    expressions: list[Expression] = []
    for column in TABLES[table]:
        sources = [getattr(m, column.name) for m in models if hasattr(m, column.name)]
        expressions.append(counted.get(column.name, *sources[:1]))
    return select(*expressions)
