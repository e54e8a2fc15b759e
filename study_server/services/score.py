"""How many a participant had right so far, where a study says so. No Flask."""

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from study_server.design.definition import StudyDefinition
from study_server.models import Response, StudySession, Trial
from study_server.services.progress import InPart, open_trials

Score = dict[str, str | int]

MOST_TRIALS = 100_000
"""More than any session has."""


def score_with(
    db: Session,
    session: StudySession,
    definition: StudyDefinition,
    trial: InPart,
    *,
    is_correct: bool,
) -> Score | None:
    """What the feedback to an answer adds: the sum of what was told, and of this one.

    `running` after every trial of the main part; `per_block` after the last one of
    each block. Practice has none.

    Args:
        db: the answer itself is not stored yet.
    """
    kind = definition.main.score
    if kind == "none" or trial.block_index is None:
        return None
    is_counted: ColumnElement[bool] = Trial.block_index.is_not(None)
    if kind == "per_block":
        is_counted = Trial.block_index == trial.block_index
        still_open = open_trials(db, session, at_most=MOST_TRIALS)
        if sum(each.block_index == trial.block_index for each in still_open) > 1:
            return None
    n_answered, n_correct = db.execute(
        select(func.count(), func.count().filter(Response.is_correct.is_(True)))
        .select_from(Response)
        .join(Trial)
        .where(Trial.session_id == session.session_id, is_counted)
    ).one()
    return {
        "of": "part" if kind == "running" else "block",
        "n_correct": n_correct + is_correct,
        "n_answered": n_answered + 1,
    }
