"""The few trials whose pictures a browser may hold: the one due and the next. No Flask.

Whoever reads all that is sent knows no more of the session than these.
"""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from study_server.models import Appearance, Study, StudySession, Trial
from study_server.services.endings import is_over
from study_server.services.progress import open_trials, part_of
from study_server.services.secrets import hash_token

WINDOW_TRIALS = 5
"""Trials without an answer whose pictures are served, from the one that is due."""


def held_trials(db: Session, session: StudySession) -> list[Trial]:
    """The trial that is due and those after it that a browser may hold already.

    None of another part is among them: what follows a round of practice is decided
    when the round is over.

    Returns:
        Up to `WINDOW_TRIALS` trials in order; none when all is answered.
    """
    due = db.scalars(open_trials(session).limit(WINDOW_TRIALS)).all()
    return [trial for trial in due if part_of(trial) == part_of(due[0])]


class Picture(NamedTuple):
    """Where a picture comes from and where it stands; no browser ever learns it."""

    bundle_id: str
    stimulus_id: str
    place: str


def find_picture(
    db: Session, study_id: str, *, token: str, image_id: str
) -> Picture | None:
    """The picture behind an image id of the very session that a secret belongs to.

    None when there is no such picture, when it is another session's, and when its
    trial is answered already or not among the next few.
    """
    row = db.execute(
        select(StudySession, Appearance, Study.bundle_id)
        .select_from(Appearance)
        .join(Trial, Trial.trial_id == Appearance.trial_id)
        .join(StudySession, StudySession.session_id == Trial.session_id)
        .join(Study, Study.id == StudySession.study_pk)
        .where(
            Appearance.image_id == image_id,
            StudySession.token_sha256 == hash_token(token),
            Study.study_id == study_id,
        )
    ).one_or_none()
    if row is None:
        return None
    session, appearance, bundle_id = row
    if is_over(session):
        return None
    if appearance.trial_id not in {t.trial_id for t in held_trials(db, session)}:
        return None
    return Picture(bundle_id, appearance.stimulus_id, appearance.place)
