"""How many a participant had right so far, where a study says so. No Flask."""

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from study_server.design.definition import StudyDefinition
from study_server.models import Response, StudySession, Trial
from study_server.services.progress import InPart, open_trials

Score = dict[str, str | int]

MOST_TRIALS = 100_000
"""More than any session has."""


def score_after(
    db: Session, session: StudySession, definition: StudyDefinition, trial: InPart
) -> Score | None:
    """What the feedback to a stored answer adds: the sum of what was told before.

    `running` after every trial of the main part; `per_block` after the last one of
    each block. Practice has none.
    """
    kind = definition.main.score
    if kind == "none" or trial.block_index is None:
        return None
    if kind == "running":
        return _score("part", db, session, Trial.block_index.is_not(None))
    is_of_block = Trial.block_index == trial.block_index
    still_open = open_trials(db, session, at_most=MOST_TRIALS)
    if any(each.block_index == trial.block_index for each in still_open):
        return None
    return _score("block", db, session, is_of_block)


def _score(
    of: str, db: Session, session: StudySession, is_counted: ColumnElement[bool]
) -> Score:
    query = (
        select(func.count(), func.count().filter(Response.is_correct.is_(True)))
        .select_from(Response)
        .join(Trial)
        .where(Trial.session_id == session.session_id, is_counted)
    )
    n_answered, n_correct = db.execute(query).one()
    return {"of": of, "n_correct": n_correct, "n_answered": n_answered}
