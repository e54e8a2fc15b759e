"""Studies that stop letting people in by themselves, once for each rule. No Flask."""

import logging
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from study_server.design.parts.questions import PausePart
from study_server.models import (
    Answer,
    AutomaticPause,
    Study,
    StudySession,
    StudyStatus,
)
from study_server.services.studies import definition_of

logger = logging.getLogger(__name__)

EVERYONE = "started"


def due_pause(db: Session, study: Study) -> int | None:
    """The first rule that is met and has not paused the study yet; None: none is.

    Returns:
        Its place among the rules, from 0.
    """
    rules = definition_of(study).pauses
    if not rules:
        return None
    done = set(
        db.scalars(
            select(AutomaticPause.rule_index).where(AutomaticPause.study_pk == study.id)
        )
    )
    for rule_index, rule in enumerate(rules):
        if rule_index not in done and _count(db, study, rule) >= rule.reaches:
            return rule_index
    return None


def pause_if_due(db: Session, study: Study, *, now: datetime) -> None:
    """Pause an open study that a rule stops; a researcher resumes it.

    The study's row is locked first where there are rules, so that no arrival
    overtakes the count.
    """
    if study.status != StudyStatus.OPEN or not definition_of(study).pauses:
        return
    db.refresh(study, with_for_update=True)
    rule_index = due_pause(db, study)
    if rule_index is None:
        return
    study.status = StudyStatus.PAUSED
    db.add(AutomaticPause(study_pk=study.id, rule_index=rule_index, paused_at=now))
    db.flush()
    rule = definition_of(study).pauses[rule_index]
    logger.warning(
        "study %s paused by itself: %s reached %d",
        study.study_id,
        rule.count,
        rule.reaches,
    )


def _count(db: Session, study: Study, rule: PausePart) -> int:
    """People of all versions whom the rule counts."""
    query = select(func.count(StudySession.session_id)).where(
        StudySession.study_id == study.study_id,
        StudySession.is_simulated.is_(False),
        StudySession.is_preview.is_(False),
    )
    if rule.count != EVERYONE:
        query = query.where(StudySession.outcome == rule.count)
    if rule.question is not None:
        query = query.join(Answer, Answer.session_id == StudySession.session_id).where(
            Answer.question == rule.question, Answer.answer == rule.answer
        )
    return db.scalars(query).one()
