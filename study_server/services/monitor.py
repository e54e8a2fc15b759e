"""How a study is going: counts only, never who was right. No Flask.

Researchers stay blind while people take part: nothing here reads `is_correct`.
Sessions of all versions of a study count together.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from study_server.models import (
    Origin,
    Outcome,
    Response,
    ResponseConflict,
    ResponseRejected,
    Stage,
    Study,
    StudySession,
    Trial,
    TrialKind,
)
from study_server.services.studies import list_studies as all_studies

RUNNING_STAGES = tuple(stage for stage in Stage if stage != Stage.COMPLETED)


class Count(NamedTuple):
    """How many, of people and of simulated participants."""

    name: str
    real: int
    simulated: int


class ConditionCount(NamedTuple):
    """Main trials of one condition, of people and simulated participants together."""

    condition: str
    n_planned: int
    n_shown: int
    n_responses: int


class StudyOverview(NamedTuple):
    """One line of the list of studies: sessions of people, then simulated ones."""

    study: Study
    n_running: int
    n_completed: int
    n_simulated: int


class ArrivalCount(NamedTuple):
    """Sessions begun in the hour that starts at `hour`."""

    hour: datetime
    n_sessions: int


class Progress(NamedTuple):
    """Everything the study page counts."""

    stages: Sequence[Count]
    """Running sessions in each stage, in the order of the script."""

    outcomes: Sequence[Count]
    """Ended sessions by how they ended."""

    responses: Count
    """Stored responses to trials of every kind."""

    conditions: Sequence[ConditionCount]

    n_late: int
    """Responses that came after their session's time had run out."""

    n_conflicts: int
    """Differing second answers: kept, never counted."""

    n_rejected: int
    """Bodies sent as answers that are none: kept for a person to read."""

    n_recovered: int
    """Answers that came from a participant's file."""

    last_response_at: datetime | None


def list_studies(db: Session) -> list[StudyOverview]:
    """Every study, by name."""
    return [_overview(db, study) for study in all_studies(db)]


def progress(db: Session, study_id: str) -> Progress:
    """All counts of one study."""
    is_running = StudySession.outcome.is_(None)
    stages = _sessions_by(db, study_id, StudySession.stage, is_running)
    outcomes = _sessions_by(db, study_id, StudySession.outcome, ~is_running)
    return Progress(
        stages=[stages.get(name, Count(name, 0, 0)) for name in RUNNING_STAGES],
        outcomes=[outcomes.get(name, Count(name, 0, 0)) for name in Outcome],
        responses=_count_responses(db, study_id),
        conditions=_count_conditions(db, study_id),
        n_late=_in_study(db, study_id, func.count(), Response, Response.is_late),
        n_conflicts=_in_study(db, study_id, func.count(), ResponseConflict),
        n_rejected=_count_rejected(db, study_id),
        n_recovered=_in_study(
            db, study_id, func.count(), Response, Response.origin == Origin.RECOVERED
        ),
        last_response_at=_in_study(
            db, study_id, func.max(Response.received_at), Response
        ),
    )


def arrivals(db: Session, study_id: str, *, until: datetime) -> list[ArrivalCount]:
    """Sessions of people begun in each of the last 24 hours, oldest hour first."""
    last_hour = until.replace(minute=0, second=0, microsecond=0)
    hours = [last_hour - timedelta(hours=back) for back in range(23, -1, -1)]
    moments = db.scalars(
        select(StudySession.created_at)
        .join(Study)
        .where(*counted(study_id))
        .where(StudySession.is_simulated.is_(False))
        .where(StudySession.created_at >= hours[0])
    )
    counts = dict.fromkeys(hours, 0)
    for moment in moments:
        hour = moment.replace(minute=0, second=0, microsecond=0)
        counts[hour] = counts.get(hour, 0) + 1
    return [ArrivalCount(hour, n) for hour, n in sorted(counts.items())]


def counted(study_id: str) -> tuple[ColumnElement[bool], ...]:
    """What holds of the sessions of a study that count: no previews."""
    return (Study.study_id == study_id, StudySession.is_preview.is_(False))


def _overview(db: Session, study: Study) -> StudyOverview:
    counts = progress(db, study.study_id)
    completed = {count.name: count for count in counts.outcomes}[Outcome.COMPLETED]
    return StudyOverview(
        study=study,
        n_running=sum(count.real for count in counts.stages),
        n_completed=completed.real,
        n_simulated=sum(c.simulated for c in (*counts.stages, *counts.outcomes)),
    )


def _sessions_by(
    db: Session,
    study_id: str,
    column: Any,
    condition: ColumnElement[bool],
) -> dict[str, Count]:
    """Sessions for which the condition holds, by the values of a column."""
    rows = db.execute(
        select(column, *_real_and_simulated())
        .select_from(StudySession)
        .join(Study)
        .where(*counted(study_id), condition)
        .group_by(column)
    )
    return {name: Count(name, real, simulated) for name, real, simulated in rows}


def _count_responses(db: Session, study_id: str) -> Count:
    real, simulated = db.execute(
        select(*_real_and_simulated())
        .select_from(Response)
        .join(Trial)
        .join(StudySession)
        .join(Study)
        .where(*counted(study_id))
    ).one()
    return Count("responses", real, simulated)


def _count_conditions(db: Session, study_id: str) -> list[ConditionCount]:
    rows = db.execute(
        select(
            Trial.condition,
            func.count(),
            func.count(Trial.first_served_at),
            func.count(Response.response_id),
        )
        .select_from(Trial)
        .join(StudySession)
        .join(Study)
        .outerjoin(Response)
        .where(*counted(study_id), Trial.trial_kind == TrialKind.MAIN)
        .group_by(Trial.condition)
        .order_by(Trial.condition)
    )
    return [ConditionCount(*row) for row in rows]


def _count_rejected(db: Session, study_id: str) -> int:
    query = select(func.count(ResponseRejected.id)).join(StudySession).join(Study)
    return db.scalars(query.where(*counted(study_id))).one()


def _in_study(
    db: Session,
    study_id: str,
    value: ColumnElement[Any],
    table: type[Response] | type[ResponseConflict],
    *conditions: Any,
) -> Any:
    """One aggregate over the rows of a table that belong to the study."""
    statement: Select[Any] = (
        select(value)
        .select_from(table)
        .join(Trial, Trial.trial_id == table.trial_id)
        .join(StudySession)
        .join(Study)
        .where(*counted(study_id), *conditions)
    )
    return db.scalar(statement)


def _real_and_simulated() -> tuple[ColumnElement[int], ColumnElement[int]]:
    simulated = func.sum(case((StudySession.is_simulated.is_(True), 1), else_=0))
    return (
        func.coalesce(func.count() - simulated, 0),
        func.coalesce(simulated, 0),
    )
