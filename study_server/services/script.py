"""The order of a session's stages, and the way from one to the next. No Flask."""

from datetime import datetime

from sqlalchemy.orm import Session

from study_server.design.definition import StudyDefinition
from study_server.models import Stage, StudySession
from study_server.services.practice import begin_trials


def next_stage(definition: StudyDefinition, stage: Stage) -> Stage:
    """The stage after this one; those that the study has not are passed over."""
    is_asked = {question.stage for question in definition.questions}
    absent = set()
    if "screening" not in is_asked:
        absent.add(Stage.SCREENING)
    if definition.comprehension.n_items == 0:
        absent.add(Stage.COMPREHENSION)
    order = [each for each in Stage if each not in absent]
    return order[order.index(stage) + 1]


def move_on(
    db: Session,
    session: StudySession,
    definition: StudyDefinition,
    *,
    left_at: datetime,
) -> None:
    """Leave the present stage, which is over, for the next."""
    stage = next_stage(definition, Stage(session.stage))
    session.last_seen_at = left_at
    if stage == Stage.PRACTICE:
        begin_trials(db, session, begun_at=left_at)
    else:
        session.stage = stage
