"""The few trials whose pictures a browser may hold: the one due and the next. No Flask.

Whoever reads all that is sent knows no more of the session than these.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, load_only

from study_server.models import Appearance, Study, StudySession, Trial
from study_server.services.endings import is_over
from study_server.services.progress import OpenTrial, open_trials, part_of
from study_server.services.secrets import hash_token

WINDOW_TRIALS = 5
"""Trials without an answer whose pictures are served, from the one that is due."""


def held_trials(db: Session, session: StudySession) -> Sequence[OpenTrial]:
    """The trial that is due and those after it that a browser may hold already.

    None of another part is among them: what follows a round of practice is decided
    when the round is over.

    Returns:
        Up to `WINDOW_TRIALS` trials in order; none when all is answered.
    """
    return of_one_part(open_trials(db, session, at_most=WINDOW_TRIALS))


def of_one_part(due: Sequence[OpenTrial]) -> Sequence[OpenTrial]:
    """Those in the same part as the first."""
    return [each for each in due if part_of(each) == part_of(due[0])]


class Picture(NamedTuple):
    """Where a picture comes from and where it stands; no browser ever learns it."""

    bundle_id: str
    stimulus_id: str
    place: str


_PICTURE = (
    select(
        StudySession,
        Appearance.trial_id,
        Study.bundle_id,
        Appearance.stimulus_id,
        Appearance.place,
    )
    .select_from(Appearance)
    .join(Trial, Trial.trial_id == Appearance.trial_id)
    .join(StudySession, StudySession.session_id == Trial.session_id)
    .join(Study, Study.id == StudySession.study_pk)
    .where(
        Appearance.image_id == bindparam("image_id"),
        StudySession.token_sha256 == bindparam("token_sha256"),
        Study.study_id == bindparam("study_id"),
    )
    .options(
        load_only(
            StudySession.stage,
            StudySession.practice_round,
            StudySession.outcome,
            StudySession.outcome_reason,
            raiseload=True,
        )
    )
)


def find_picture(
    db: Session, study_id: str, *, token: str, image_id: str
) -> Picture | None:
    """The picture behind an image id of the very session that a secret belongs to.

    None when there is no such picture, when it is another session's, and when its
    trial is answered already or not among the next few.
    """
    row = db.execute(
        _PICTURE,
        {
            "image_id": image_id,
            "token_sha256": hash_token(token),
            "study_id": study_id,
        },
    ).one_or_none()
    if row is None:
        return None
    session, trial_id, *picture = row
    if is_over(session):
        return None
    if trial_id not in {each.trial_id for each in held_trials(db, session)}:
        return None
    return Picture(*picture)
