"""Nobody sees how often a condition is right while people take part. No Flask.

An owner may decide otherwise, with a reason; the decision is kept.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from study_server.errors import BlindError
from study_server.models import (
    Response,
    Study,
    StudySession,
    StudyStatus,
    Trial,
    TrialKind,
    Unblinding,
)
from study_server.services.monitor import counted

MAX_REASON_CHARACTERS = 500


class Accuracy(NamedTuple):
    """How often people were right in the main trials of one condition."""

    condition: str
    n_responses: int
    n_correct: int

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.n_correct / self.n_responses


def is_blind(db: Session, study: Study) -> bool:
    """Whether correctness by condition is not to be shown yet."""
    is_over = study.status == StudyStatus.CLOSED
    return not is_over and db.get(Unblinding, study.study_id) is None


def unblind(
    db: Session, study: Study, *, reason: str, by: str, at: datetime
) -> Unblinding:
    """An owner looks before the study is closed.

    Raises:
        BlindError: no reason is given.
    """
    reason = reason.strip()[:MAX_REASON_CHARACTERS]
    if not reason:
        raise BlindError("Looking before the study is closed needs a reason.")
    if (known := db.get(Unblinding, study.study_id)) is not None:
        return known
    decision = Unblinding(
        study_id=study.study_id, unblinded_at=at, unblinded_by=by, reason=reason
    )
    db.add(decision)
    db.flush()
    return decision


def accuracy_by_condition(db: Session, study: Study) -> list[Accuracy]:
    """Of people, over all versions.

    Raises:
        BlindError: the study is not closed, and no owner decided to look.
    """
    if is_blind(db, study):
        raise BlindError("The study is still open; nobody looks at accuracy yet.")
    right = func.sum(case((Response.is_correct.is_(True), 1), else_=0))
    query = (
        select(Trial.condition, func.count(), right)
        .select_from(Response)
        .join(Trial)
        .join(StudySession)
        .join(Study)
        .where(*counted(study.study_id), StudySession.is_simulated.is_(False))
        .where(Trial.trial_kind == TrialKind.MAIN, Response.is_correct.is_not(None))
        .group_by(Trial.condition)
        .order_by(Trial.condition)
    )
    return [Accuracy(*row) for row in db.execute(query)]
