"""Somebody presses Start: a new session, or the one they have. No Flask."""

from datetime import datetime
from random import Random

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from study_server.errors import AlreadyTookPartError, LinkError, NotOpenError
from study_server.models import PersonalLink, SessionToken, Study, StudySession
from study_server.services.endings import is_over
from study_server.services.enrolment import Enrolment, enrol
from study_server.services.identities import (
    Identity,
    keep_identity,
    session_of_person,
)
from study_server.services.links import use_link
from study_server.services.recognition import find_session
from study_server.services.secrets import hash_token, new_id
from study_server.services.studies import definition_of
from study_server.services.submissions import catch_up

MOST_TRIES = 5
"""Of giving a place; each one fails only where another arrival was quicker."""


def arrive(
    db: Session,
    study: Study,
    identity: Identity,
    *,
    link: PersonalLink | None,
    started_at: datetime,
    rng: Random,
    is_simulated: bool = False,
    token: str | None = None,
    language: str | None = None,
) -> Enrolment:
    """Give a place to somebody who has consented, or the one they have already.

    Raises:
        AlreadyTookPartError: the person's session is over, or in another study.
        LinkError: a personal link is needed, and this one lets nobody in.
        NotOpenError: the study is paused, closed or full.
    """
    if (own := session_of_person(db, identity.pseudonym)) is not None:
        return take_up(db, study, own, token=token, rng=rng)
    if link is None and definition_of(study).recruitment.links == "personal":
        raise LinkError(f"study {study.study_id!r} needs a personal link")
    for _ in range(MOST_TRIES):
        try:
            with db.begin_nested():
                enrolment = enrol(
                    db,
                    study,
                    started_at=started_at,
                    rng=rng,
                    is_simulated=is_simulated,
                    token=token,
                    language=language,
                    person=identity.pseudonym,
                    submission=identity.submission_pseudonym,
                )
                _note_origin(db, enrolment.session, identity, link)
        except IntegrityError:  # the same person, or the same slot, a moment before
            if (own := session_of_person(db, identity.pseudonym)) is not None:
                return take_up(db, study, own, token=token, rng=rng)
            mine = find_session(db, study.study_id, token) if token else None
            if token and mine is not None:  # Start was pressed twice
                return Enrolment(session=mine, token=token)
            continue
        catch_up(db, enrolment.session, platform=identity.arrival.platform)
        return enrolment
    raise NotOpenError(f"too many come to study {study.study_id!r} at this moment")


def take_up(
    db: Session, study: Study, session: StudySession, *, token: str | None, rng: Random
) -> Enrolment:
    """Let one more browser into a session that goes on; the first one stays in.

    Raises:
        AlreadyTookPartError: it is over, or in another study of the family.
    """
    if is_over(session) or session.study_id != study.study_id:
        raise AlreadyTookPartError(session)
    token = token or new_id(rng)
    known = db.get(SessionToken, hash_token(token))
    if known is None and session.token_sha256 != hash_token(token):
        db.add(
            SessionToken(token_sha256=hash_token(token), session_id=session.session_id)
        )
        db.flush()
    return Enrolment(session=session, token=token)


def _note_origin(
    db: Session,
    session: StudySession,
    identity: Identity,
    link: PersonalLink | None,
) -> None:
    """Store where the session comes from."""
    if link is not None:
        use_link(db, link)
        session.link_pk = link.id
    keep_identity(db, session, identity)
