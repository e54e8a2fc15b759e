"""The rows of the export's tables. No Flask.

Each column of the codebook is read from the model attribute of the same name; the few
that are counted are named here. Rows stand in the order of their session's random id
and, within it, of the plan: the same data give the same rows.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    bindparam,
    func,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from study_server.export.batches import Batch, read_batch
from study_server.export.codebook import TABLES
from study_server.export.column import Column
from study_server.export.records import (
    answers_of_participants,
    records_of_participants,
    select_answers,
    select_chains,
    select_comprehension,
    select_conflicts,
    select_consents,
    select_erasures,
    select_events,
    select_pages,
    select_rejected,
)
from study_server.models import (
    Base,
    Erasure,
    NotShown,
    Response,
    ResponseConflict,
    Study,
    StudySession,
    Trial,
    TrialKind,
)

SESSION_FILTERS = ("all", "real", "simulated", "preview")
SESSIONS_PER_BATCH = 25
"""Sessions whose rows of a table are held in memory at a time."""

Expression = ColumnElement[Any] | InstrumentedAttribute[Any]

SLOT_ORDER = (
    StudySession.slot_index,
    StudySession.created_at,
    StudySession.session_id,
)
"""Of the table of assignments; all others follow the sessions' random ids."""

OF_STUDY: Mapping[str, Expression] = {
    "consents": Study.study_id,
    "erasures": Erasure.study_id,
}
"""Tables whose rows belong to no session, and what names their study."""

N_PANEL_TILES = func.json_array_length(Trial.panel_stimulus_ids)
"""How many images the panel of a trial has."""


def batches(
    db: Session, table: str, study_id: str, *, sessions: str
) -> Iterator[Batch]:
    """The rows of one table, those of a few sessions at a time.

    Asked for so, neither database sorts more than it holds in memory, and neither
    keeps a query open while the rows are sent.

    Args:
        db: open transaction; all tables read in it show the same moment.
        table: one of `TABLES`.
        sessions: `all`, `real` (people only), `simulated`, or `preview`, which no
            other includes.
    """
    columns, statement = TABLES[table], STATEMENTS[table]()
    if table in OF_STUDY:
        yield read_batch(db, statement.where(OF_STUDY[table] == study_id), columns)
        return
    order = SLOT_ORDER if table == "assignment" else (StudySession.session_id,)
    chosen = session_ids(db, study_id, sessions=sessions, order=order)
    yield from read_by_sessions(db, statement, columns, chosen)


def session_ids(
    db: Session, study_id: str, *, sessions: str, order: Sequence[Expression]
) -> Sequence[str]:
    """Whose rows are exported, in the order of the table; 80 bytes each in memory."""
    statement = select(StudySession.session_id).join(Study)
    return db.scalars(
        statement.where(*in_study(study_id, sessions)).order_by(*order)
    ).all()


def read_by_sessions(
    db: Session,
    statement: Select[Any],
    columns: Sequence[Column],
    chosen: Sequence[str],
) -> Iterator[Batch]:
    """A statement's rows, asked for a few sessions at a time."""
    of_some = StudySession.session_id.in_(bindparam("some", expanding=True))
    statement = statement.where(of_some)
    for some in in_batches(chosen):
        yield read_batch(db, statement, columns, {"some": some})


def in_batches(chosen: Sequence[str]) -> Iterator[Sequence[str]]:
    """A few sessions at a time."""
    for start in range(0, len(chosen), SESSIONS_PER_BATCH):
        yield chosen[start : start + SESSIONS_PER_BATCH]


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
    return (
        _select(
            "participants",
            StudySession,
            study_version=Study.version,
            n_main_trials=n_main_trials(is_answered=False),
            n_main_responses=n_main_trials(is_answered=True),
            **answers_of_participants(),
            **records_of_participants(),
        )
        .select_from(StudySession)
        .join(Study)
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
        select(func.count())
        .where(ResponseConflict.trial_id == Response.trial_id)
        .correlate(Response)
    )
    return (
        _select(
            "responses",
            Response,
            Trial,
            StudySession,
            n_conflicts=conflicts.scalar_subquery(),
            is_interrupted=Response.hidden_ms > 0,
            n_panel_tiles=N_PANEL_TILES,
        )
        .select_from(Response)
        .join(Trial)
        .join(StudySession)
        .join(Study)
        .order_by(Trial.session_id, Trial.trial_index)
    )


def select_assignment() -> Select[Any]:
    """One row per session, with the slot it was given, also of those who lost it."""
    return (
        _select("assignment", StudySession, leased_at=StudySession.created_at)
        .select_from(StudySession)
        .join(Study)
        .order_by(*SLOT_ORDER)
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
    "erasures": select_erasures,
}


def n_main_trials(*, is_answered: bool) -> ScalarSelect[int]:
    """How many main trials a session has, planned or answered."""
    statement = select(func.count()).select_from(Trial)
    if is_answered:
        statement = statement.join(Response)
    return (
        statement.where(
            Trial.session_id == StudySession.session_id,
            Trial.trial_kind == TrialKind.MAIN,
        )
        .correlate(StudySession)
        .scalar_subquery()
    )


def _select(table: str, *models: type[Base], **counted: Expression) -> Select[Any]:
    """A query for the table's columns: counted, or from the first model that has it."""
    expressions: list[Expression] = []
    for column in TABLES[table]:
        sources = [getattr(m, column.name) for m in models if hasattr(m, column.name)]
        expressions.append(counted.get(column.name, *sources[:1]))
    return select(*expressions)
