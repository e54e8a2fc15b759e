"""What difference of two conditions a study can find, so far and when full. No Flask.

Blind: it follows from how many sessions were completed, never from an answer.
"""

from typing import Any, NamedTuple, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from study_server.audit.figures import smallest_difference
from study_server.models import DesignAudit, Outcome, Study, StudySession
from study_server.services.monitor import counted
from study_server.services.studies import definition_of


class Precision(NamedTuple):
    """Smallest differences found with 80 % power, in points of accuracy below 80 %."""

    so_far: float | None
    """With the sessions completed by now; None before the first."""

    when_full: float


def precision(db: Session, study: Study) -> Precision | None:
    """As the design audit expects it; None where answers are no choices.

    Completed sessions are taken to be spread over conditions as the plan has them.
    """
    audit = db.get(DesignAudit, study.id)
    planned = cast("dict[str, Any] | None", audit and audit.report.get("precision"))
    if not planned:
        return None
    share = _n_completed(db, study.study_id) / definition_of(study).study.n_slots
    return Precision(
        so_far=_difference(planned, share) if share else None,
        when_full=_difference(planned, 1.0),
    )


def _difference(planned: dict[str, Any], share: float) -> float:
    """With that share of the participants; above 1 if there are more than planned."""
    return smallest_difference(
        n_participants=share * planned["n_participants_per_condition"],
        n_features=planned["n_features"],
        n_responses=share * planned["n_responses_per_condition"],
    )


def _n_completed(db: Session, study_id: str) -> int:
    query = select(func.count()).select_from(StudySession).join(Study)
    return db.scalars(
        query.where(
            *counted(study_id),
            StudySession.is_simulated.is_(False),
            StudySession.outcome == Outcome.COMPLETED,
            StudySession.holds_slot,
        )
    ).one()
