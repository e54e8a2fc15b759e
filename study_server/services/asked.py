"""The trial that an answer speaks of, and what is stored of it already. No Flask.

One query for all, written once: every answer of every participant waits for it.
"""

from datetime import datetime
from typing import NamedTuple, cast

from sqlalchemy import Table, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from study_server.models import Response, ResponseConflict, StudySession, Trial
from study_server.services.submission import Submission


class AskedTrial(NamedTuple):
    """A trial of the session, as far as taking an answer needs it."""

    trial_id: str
    task: str
    block_index: int | None
    practice_round: int | None
    correct_option: str | None
    first_served_at: datetime | None
    is_answered: bool
    """Another answer to it is stored, or this very one."""
    is_known_id: bool
    """Something is stored under the answer's response_id, whatever its trial."""


_ASKED = select(
    Trial.trial_id,
    Trial.task,
    Trial.block_index,
    Trial.practice_round,
    Trial.correct_option,
    Trial.first_served_at,
    exists().where(Response.trial_id == bindparam("trial_id")),
    or_(
        exists().where(Response.response_id == bindparam("response_id")),
        exists().where(ResponseConflict.response_id == bindparam("response_id")),
    ),
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
    db: Session, session: StudySession, submission: Submission
) -> AskedTrial | None:
    """The trial that is answered; None when the session has no such trial."""
    row = db.execute(
        _ASKED,
        {
            "trial_id": submission.trial_id,
            "session_id": session.session_id,
            "response_id": submission.response_id,
        },
    ).one_or_none()
    return None if row is None else AskedTrial._make(row)


def note_first_serving(db: Session, trial_id: str, served_at: datetime) -> None:
    """Keep when a trial was sent to a browser, or answered, for the first time."""
    db.execute(_FIRST_SERVING, {"the_trial": trial_id, "served_at": served_at})
