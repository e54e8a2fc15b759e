"""The trial that an answer speaks of, and what is stored of it already. No Flask.

The queries are written once, and for most answers one of them is enough: every answer
of every participant waits for them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, cast

from sqlalchemy import Table, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from study_server.models import Response, ResponseConflict, Stage, StudySession, Trial
from study_server.services.progress import (
    OPEN_MAIN,
    OPEN_PRACTICE,
    OpenTrial,
    which_open,
)
from study_server.services.submission import Submission


class AskedTrial(NamedTuple):
    """A trial of the session, as far as taking an answer needs it."""

    trial_id: str
    task: str
    block_index: int | None
    practice_round: int | None
    correct_option: str | None
    is_served: bool
    """Whether it was due, or answered, once."""
    is_known_id: bool
    """Something is stored under the answer's response_id, whatever its trial."""
    is_answered: bool
    """Another answer to it is stored, or this very one."""


_IS_KNOWN_ID = or_(
    exists().where(Response.response_id == bindparam("response_id")),
    exists().where(ResponseConflict.response_id == bindparam("response_id")),
)
_OPEN_MAIN = OPEN_MAIN.add_columns(_IS_KNOWN_ID)
_OPEN_PRACTICE = OPEN_PRACTICE.add_columns(_IS_KNOWN_ID)
_ANY = select(
    Trial.trial_id,
    Trial.task,
    Trial.block_index,
    Trial.practice_round,
    Trial.correct_option,
    Trial.first_served_at.is_not(None),
    _IS_KNOWN_ID,
    exists().where(Response.trial_id == bindparam("trial_id")),
).where(
    Trial.trial_id == bindparam("trial_id"),
    Trial.session_id == bindparam("session_id"),
)

_TRIALS = cast(Table, Trial.__table__)
_FIRST_SERVING = (
    _TRIALS.update()
    .where(
        _TRIALS.c.trial_id == bindparam("the_trial"),
        _TRIALS.c.first_served_at.is_(None),
    )
    .values(first_served_at=bindparam("served_at"))
)
"""Without the ORM, which would look at all else first."""


def find_asked(
    db: Session, session: StudySession, submission: Submission, *, at_most: int
) -> tuple[AskedTrial | None, Sequence[OpenTrial]]:
    """The trial that is answered; None when the session has no such trial.

    Returns:
        With it the first so many trials that are still open, in order, as
        `open_trials` has them.
    """
    query = _OPEN_PRACTICE if session.stage == Stage.PRACTICE else _OPEN_MAIN
    known = {"response_id": submission.response_id}
    rows = db.execute(query, which_open(session, at_most=at_most) | known).all()
    still_open = [OpenTrial._make(row[:-1]) for row in rows]
    for *trial, is_known_id in rows:
        if trial[0] == submission.trial_id:
            return AskedTrial._make((*trial, is_known_id, False)), still_open
    this = {"session_id": session.session_id, "trial_id": submission.trial_id}
    row = db.execute(_ANY, this | known).one_or_none()
    return None if row is None else AskedTrial._make(row), still_open


def note_first_serving(db: Session, trial_id: str, served_at: datetime) -> None:
    """Keep when a trial was sent to a browser, or answered, for the first time."""
    db.execute(_FIRST_SERVING, {"the_trial": trial_id, "served_at": served_at})
