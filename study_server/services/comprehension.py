"""The questions on the instructions: a few tries, each stored. No Flask."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from study_server.design.definition import StudyDefinition
from study_server.design.parts.texts import ComprehensionItem
from study_server.models import (
    ComprehensionAttempt,
    Outcome,
    OutcomeReason,
    StudySession,
)
from study_server.services.endings import end


def items_of(
    definition: StudyDefinition, language: str
) -> tuple[ComprehensionItem, ...]:
    """The items that are asked, in their order."""
    asked = definition.comprehension.n_items
    return definition.texts_in(language).comprehension[:asked]


def record_attempt(
    db: Session,
    session: StudySession,
    definition: StudyDefinition,
    answers: Sequence[int],
    *,
    submitted_at: datetime,
) -> bool:
    """Store one try; whether all answers were right.

    The last try that is not all right ends the session.

    Args:
        answers: the answer to each item, from 1.
    """
    items = items_of(definition, session.language)
    n_correct = sum(
        answer == item.correct for answer, item in zip(answers, items, strict=True)
    )
    attempt_index = count_attempts(db, session)
    db.add(
        ComprehensionAttempt(
            session_id=session.session_id,
            attempt_index=attempt_index,
            answers=list(answers),
            n_items=len(items),
            n_correct=n_correct,
            submitted_at=submitted_at,
        )
    )
    session.last_seen_at = submitted_at
    is_passed = n_correct == len(items)
    if not is_passed and attempt_index + 1 >= definition.comprehension.max_attempts:
        reason = OutcomeReason.COMPREHENSION
        end(session, Outcome.SCREENED_OUT, reason, ended_at=submitted_at)
    db.flush()
    return is_passed


def count_attempts(db: Session, session: StudySession) -> int:
    """Tries so far."""
    query = select(func.count(ComprehensionAttempt.id))
    return db.scalars(
        query.where(ComprehensionAttempt.session_id == session.session_id)
    ).one()


def last_attempt(db: Session, session: StudySession) -> ComprehensionAttempt | None:
    """The newest try."""
    return db.scalars(
        select(ComprehensionAttempt)
        .where(ComprehensionAttempt.session_id == session.session_id)
        .order_by(ComprehensionAttempt.attempt_index.desc())
        .limit(1)
    ).first()
